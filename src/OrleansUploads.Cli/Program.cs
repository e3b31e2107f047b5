using OrleansUploads.Cli;
using OrleansUploads.Cli.Serving;

RedirectedOutput.Install();
var parsed = CommandTree.Create().ParseWords(args);
if (UsageError.IsIn(parsed) && !CompletionCommand.IsQuery(args))
{
    return UsageError.Report(parsed);
}

// The library prints every exception with its stack, and its own handling of signals begins too late.
var configuration = new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false };
using var signals = new StopSignals(Server.StopTime);
return await signals.RunAsync(stopping => CommandRunner.RunAsync(() => parsed.InvokeAsync(configuration, stopping), stopping));
