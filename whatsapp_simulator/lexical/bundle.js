// What the compose box needs of Lexical, re-exported from one file so that every import shares one copy.
/*! Lexical, Copyright (c) Meta Platforms, Inc. and affiliates. MIT License, see LICENSE-lexical.txt. */
export {
  $createLineBreakNode,
  $createParagraphNode,
  $createTextNode,
  $getRoot,
  $getSelection,
  $insertNodes,
  $isRangeSelection,
  CLEAR_HISTORY_COMMAND,
  COMMAND_PRIORITY_CRITICAL,
  COMMAND_PRIORITY_HIGH,
  KEY_ENTER_COMMAND,
  PASTE_COMMAND,
  TextNode,
  createEditor,
} from "lexical";
export { createEmptyHistoryState, registerHistory } from "@lexical/history";
export { registerRichText } from "@lexical/rich-text";
