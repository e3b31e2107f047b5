using System.CommandLine;
using System.CommandLine.Invocation;
using OrleansUploads.Cli;
using OrleansUploads.Cli.CommandLine;
using OrleansUploads.Cli.Serving;

RedirectedOutput.Install();
var parsed = CommandTree.Create().ParseWords(args);
if (parsed.Errors.Count > 0 && !CompletionCommand.IsQuery(args))
{
    return UsageError.Report(parsed);
}

// By default, the library ends the process two seconds after a signal to stop, in the middle of requests. It prints every exception with
// its stack. A failure of the help or the version is reported as one line instead.
return await CommandRunner.RunAsync(() => parsed.InvokeAsync(new InvocationConfiguration
{
    ProcessTerminationTimeout = Server.StopTime,
    EnableDefaultExceptionHandler = parsed.Action is not SynchronousCommandLineAction,
}));
