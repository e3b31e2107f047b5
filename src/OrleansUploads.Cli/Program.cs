using OrleansUploads.Cli;
using OrleansUploads.Cli.Serving;
using OrleansUploads.Serving;

RedirectedOutput.Install();
var parsed = CommandTree.Create().ParseWords(args);
if (UsageError.IsIn(parsed) && !CompletionCommand.IsQuery(args))
{
    return UsageError.Report(parsed);
}

// The library prints every exception with its stack.
var configuration = new InvocationConfiguration { ProcessTerminationTimeout = Server.StopTime, EnableDefaultExceptionHandler = false };
return await CommandRunner.RunAsync(() => parsed.InvokeAsync(configuration));
