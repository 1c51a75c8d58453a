/** For libraries that would write to the console by themselves: what is wrong is told in one place. */
export const quiet = { info() {}, warn() {}, error() {}, debug() {} }
