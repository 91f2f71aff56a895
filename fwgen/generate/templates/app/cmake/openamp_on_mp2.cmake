# SPDX-License-Identifier: Apache-2.0
#
# Adds what OpenAMP needs on the STM32MP2's Cortex-M33 and Zephyr 4.3 lacks. Each part is added only
# if the Zephyr tree does not have it; a patched Zephyr or 4.4 has all parts.
include_guard(GLOBAL)

# Sets `result` to TRUE if a source of Zephyr or of a module contains the pattern.
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

# After find_package(Zephyr): the section of the resource table, and the name of an LL function.
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
