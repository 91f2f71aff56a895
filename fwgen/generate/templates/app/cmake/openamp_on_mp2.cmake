# SPDX-License-Identifier: Apache-2.0
#
# What OpenAMP needs on the STM32MP2's Cortex-M33 and Zephyr 4.3 lacks. Each thing is looked for in
# the tree itself, so that a later Zephyr (4.4 has it all) or a patched one is taken as it is.
include_guard(GLOBAL)

# Does a source of Zephyr's or of a module's hold this text?
function(source_has result file pattern)
  set(${result} FALSE PARENT_SCOPE)
  if(EXISTS ${file})
    file(STRINGS ${file} found REGEX "${pattern}")
    if(found)
      set(${result} TRUE PARENT_SCOPE)
    endif()
  endif()
endfunction()

# Before find_package(Zephyr): the mailbox's node.
macro(openamp_on_mp2_devicetree)
  source_has(has_mailbox ${ZEPHYR_BASE}/dts/arm/st/mp2/stm32mp2_m33.dtsi "st,stm32-ipcc-mailbox")
  if(NOT has_mailbox)
    list(APPEND DTS_EXTRA_CPPFLAGS -DFWGEN_BRINGS_MAILBOX)
  endif()
endmacro()

# After it: the section of the resource table, and the name of a function of the MP2's LL.
function(openamp_on_mp2_code)
  source_has(has_section ${ZEPHYR_BASE}/soc/st/stm32/stm32mp2x/m33/linker.ld "\\.resource_table")
  if(NOT has_section)
    zephyr_linker_sources(ROM_SECTIONS resource_table.ld)
  endif()

  source_has(knows_name ${ZEPHYR_BASE}/drivers/ipm/ipm_stm32_ipcc.c "LL_IPCC_GetChannelNumber")
  if(NOT knows_name)
    zephyr_compile_definitions(LL_IPCC_GetChannelConfig=LL_IPCC_GetChannelNumber)
  endif()
endfunction()
