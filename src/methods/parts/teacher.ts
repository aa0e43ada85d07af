import { required } from '../../common/required.js';
import { FIXED_PREFIX } from '../../models/encoder.js';
import { movingAverage } from '../../objectives/answers/consistency.js';
import type { Tensor } from '../../tensorflow/backend/tf.js';
import type { HostArray, Named, Step } from '../../tensorflow/spec/program.js';
import { METHOD_PREFIX } from './methodVariables.js';

/** The teacher's weights are called like the student's, after this. */
export const TEACHER_PREFIX = 'teacher/';

/** The student's first values and, named `teacher/…`, the same for the teacher. */
export function withTeacher(student: Named<HostArray>): Named<HostArray> {
  const teacher = Object.entries(student).map(([name, value]) => [TEACHER_PREFIX + name, value] as const);
  return { ...student, ...Object.fromEntries(teacher) };
}

/** The teacher's variables by the student's names. */
export function teacherOf(variables: Named<Tensor>): Named<Tensor> {
  return Object.fromEntries(
    Object.entries(variables)
      .filter(([name]) => name.startsWith(TEACHER_PREFIX))
      .map(([name, value]) => [name.slice(TEACHER_PREFIX.length), value]),
  );
}

/** Names of the student's variables that a gradient moves: all but its moving statistics. */
export function trainedNames(variables: Named<Tensor>, statistics: readonly string[]): string[] {
  return Object.keys(variables).filter(
    (name) =>
      !name.startsWith(TEACHER_PREFIX) && !name.startsWith(METHOD_PREFIX) && !statistics.includes(name),
  );
}

/** The teacher, a moving average of all the student's variables, takes its step. */
export function followStudent(step: Step, decay: Tensor) {
  for (const [name, teacher] of Object.entries(step.variables)) {
    // What is fixed is the student's already: a mean of equals would move by rounding.
    if (!name.startsWith(TEACHER_PREFIX) || name.startsWith(TEACHER_PREFIX + FIXED_PREFIX)) continue;
    const student = required(step.variables, name.slice(TEACHER_PREFIX.length));
    step.assign(name, movingAverage(teacher, student, decay));
  }
}
