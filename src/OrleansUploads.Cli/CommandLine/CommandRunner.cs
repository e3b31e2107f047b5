using OrleansUploads.Engine.DataFolders;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Cli.CommandLine;

/// <summary>Runs a command and reports errors that the operator can fix as one line and an exit code. Other exceptions are bugs
/// and are not caught.</summary>
internal static class CommandRunner
{
    public static int Run(Func<int> command)
    {
        try
        {
            return command();
        }
        catch (Exception fault) when (IsOperatorError(fault))
        {
            return Fail(FileFault.Describe(fault));
        }
    }

    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Cancelled if the user interrupts it.</param>
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
        catch (Exception fault) when (IsOperatorError(fault))
        {
            return Fail(FileFault.Describe(fault));
        }
    }

    public static int Fail(string message) => Failure.Report(message, ExitCode.Failed);

    private static bool IsOperatorError(Exception fault) => fault is IOException or UnauthorizedAccessException
        or InvalidDataException or FolderInUseException or JournalDamagedException or JournalUnavailableException
        or System.Security.Cryptography.CryptographicException or NotSupportedException
        || FileFault.IsLibrary(fault);
}
