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

    public static async Task<int> RunAsync(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (Exception fault) when (IsOperatorError(fault))
        {
            return Fail(FileFault.Describe(fault));
        }
    }

    public static int Fail(string message)
    {
        Console.Error.WriteLine($"orleans-uploads: {message}");
        return 1;
    }

    private static bool IsOperatorError(Exception fault) => fault is IOException or UnauthorizedAccessException
        or InvalidDataException or FolderInUseException or JournalDamagedException or JournalUnavailableException
        or System.Security.Cryptography.CryptographicException or NotSupportedException
        || FileFault.IsLibrary(fault);
}
