/** `claw-mesh doctor`: what is wrong, the likeliest first, each with the command that mends it. */
import { type CliContext, type Configure, printJson } from '../context.ts'
import { diagnose } from '../diagnose.ts'
import type { Finding } from '../finding.ts'
import { gatherFacts } from '../doctor-facts.ts'
import { cleanLine } from '../output/clean.ts'

/** Something on this machine stands in the way. */
const faultExitCode = 9

export const doctor: Configure = (command, context) => {
  command.action(async () => {
    const findings = diagnose(await gatherFacts(context))
    const healthy = findings.every(({ ok }) => ok)
    if (context.json)
      printJson(context, {
        ok: healthy,
        findings: findings.map((finding) => ({ ...finding, text: findingText(context, finding) })),
      })
    else context.out.write(report(context, findings))
    if (!healthy) context.setExitCode(faultExitCode)
  })
}

export function report({ out, t }: Pick<CliContext, 'out' | 't'>, findings: readonly Finding[]): string {
  const lines = findings.map((finding) => {
    const text = findingText({ t }, finding)
    if (finding.ok) return `${out.paint('green', '✓')} ${text}\n`
    const advice = finding.advice === undefined ? '' : `    ${out.paint('dim', cleanLine(finding.advice))}\n`
    return `${out.paint('red', '✗')} ${text}\n    ${out.paint('cyan', cleanLine(finding.mend))}\n${advice}`
  })
  if (findings.every(({ ok }) => ok)) lines.push(`${t('cli:doctor.fine')}\n`)
  return lines.join('')
}

const findingText = ({ t }: Pick<CliContext, 't'>, finding: Finding): string =>
  cleanLine(
    finding.ok
      ? t(`cli:doctor.ok.${finding.code}`, finding.values)
      : t(`cli:doctor.fault.${finding.code}`, finding.values),
  )
