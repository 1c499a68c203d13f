// What the compose box needs of Lexical, re-exported from one file so that every import shares one copy.
/*! Lexical, Copyright (c) Meta Platforms, Inc. and affiliates. MIT License, see LICENSE-lexical.txt. */
export {
  $createLineBreakNode,
  $createParagraphNode,
  $createTextNode,
  $getRoot,
  $getSelection,
  $insertNodes,
  $isLineBreakNode,
  $isRangeSelection,
  $isTextNode,
  $setSelection,
  CLEAR_HISTORY_COMMAND,
  COMMAND_PRIORITY_CRITICAL,
  COMMAND_PRIORITY_HIGH,
  KEY_ARROW_DOWN_COMMAND,
  KEY_ARROW_UP_COMMAND,
  KEY_BACKSPACE_COMMAND,
  KEY_ENTER_COMMAND,
  KEY_ESCAPE_COMMAND,
  KEY_TAB_COMMAND,
  PASTE_COMMAND,
  TextNode,
  createEditor,
} from "lexical";
export { createEmptyHistoryState, registerHistory } from "@lexical/history";
export { registerRichText } from "@lexical/rich-text";
