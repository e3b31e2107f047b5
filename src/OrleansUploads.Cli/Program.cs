using System.CommandLine.Invocation;
using OrleansUploads.Cli;
using OrleansUploads.Cli.Serving;

RedirectedOutput.Install();
var parsed = CommandTree.Create().ParseWords(args);
if (UsageError.IsIn(parsed) && !CompletionCommand.IsQuery(args))
{
    return UsageError.Report(parsed);
}

// The library prints every exception with its stack. A failure of the help or the version is reported as one line instead. Its own handling
// of signals begins too late.
using var signals = new StopSignals(Server.StopTime);
return await CommandRunner.RunAsync(() => signals.RunAsync(stopping => parsed.InvokeAsync(
    new InvocationConfiguration
    {
        ProcessTerminationTimeout = null,
        EnableDefaultExceptionHandler = parsed.Action is not SynchronousCommandLineAction,
    },
    stopping)));
