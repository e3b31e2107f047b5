using OrleansUploads.Serving;

namespace OrleansUploads.Cli.CommandLine;

internal static class CommandRunner
{
    /// <summary>Sets what a command does: <paramref name="run"/> returns the exit code. Its token is cancelled by Ctrl-C and SIGTERM.</summary>
    public static Command Run(this Command command, Func<ParseResult, CancellationToken, Task<int>> run)
    {
        command.SetAction(async (parsed, cancellationToken) =>
        {
            // Until this returns a task, the library answers a signal by ending the process without a word.
            await Task.Yield();
            using var second = new SecondSignal();
            try
            {
                return await run(parsed, cancellationToken);
            }
            catch (OperationCanceledException fault) when (cancellationToken.IsCancellationRequested)
            {
                return Failure.Report(fault is InterruptedException ? fault.Message : "Interrupted.", ExitCode.Interrupted);
            }
        });
        return command;
    }

    /// <summary>Runs a command. Reports failures as one line and an exit code; other exceptions are bugs and are not caught.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (Exception fault) when (Failure.Find(fault) is { } failure)
        {
            return Failure.Report(failure.Message, failure.Code);
        }
    }
}
