// Names that files of the shell share.
export type { Json } from '../../api/types'
export type { Image, ProcessContext, Program, Step } from '../process'
