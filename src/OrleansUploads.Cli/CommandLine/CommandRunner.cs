namespace OrleansUploads.Cli.CommandLine;

/// <summary>Runs a command.</summary>
internal static class CommandRunner
{
    /// <summary>Sets what a command does.</summary>
    /// <param name="command">The command.</param>
    /// <param name="run">Does it, and returns the exit code.</param>
    /// <returns>The command.</returns>
    public static Command Run(this Command command, Func<ParseResult, CancellationToken, Task<int>> run)
    {
        command.SetAction(run);
        return command;
    }

    /// <summary>Runs a command. Reports failures as one line and an exit code; other exceptions are bugs and are not caught.</summary>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Cancelled if the user interrupts it.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(Func<Task<int>> command, CancellationToken cancellationToken = default)
    {
        try
        {
            return await command();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Failure.Report("Interrupted.", ExitCode.Interrupted);
        }
        catch (Exception fault) when (Failure.Find(fault) is { } failure)
        {
            return Failure.Report(failure.Message, failure.Code);
        }
    }
}
