using System.CommandLine;
using OrleansUploads.Serving;

namespace OrleansUploads.Silo.Hosting;

/// <summary>Runs the commands of operators. They end soon after Ctrl-C or SIGTERM, also while a database, a store or a folder does not answer.
/// </summary>
internal static class InterruptibleCommand
{
    /// <summary>The time in which a command may end in good order. One that takes longer is given up, as if it were killed.</summary>
    private static readonly TimeSpan EndTime = TimeSpan.FromSeconds(2);

    /// <summary>Sets what a command does: <paramref name="run"/> returns the exit code. Its token is cancelled by Ctrl-C and SIGTERM.</summary>
    public static void Run(this Command command, Func<ParseResult, CancellationToken, Task<int>> run) => command.SetAction(
        async (commandLine, interrupted) =>
        {
            using var givenUp = new CancellationTokenSource();
            using var interruption = interrupted.Register(() => givenUp.CancelAfter(EndTime));
            try
            {
                // Calls of a file system that hangs block their thread.
                return await Task.Run(() => run(commandLine, interrupted), CancellationToken.None).WaitAsync(givenUp.Token);
            }
            catch (Exception fault) when (
                interrupted.IsCancellationRequested && fault is SettingException or OperationCanceledException and not InterruptedException)
            {
                // What was given up may say that it took too long.
                throw new InterruptedException("Interrupted. Run the command again.", fault);
            }
        });
}
