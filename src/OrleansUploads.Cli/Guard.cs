using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Cli;

/// <summary>Turns what an operator can mend into one clear line and an exit code. Anything else is a bug and shows
/// itself.</summary>
internal static class Guard
{
    public static int Run(Func<int> command)
    {
        try
        {
            return command();
        }
        catch (Exception fault) when (IsOperators(fault))
        {
            return Fail(fault.Message);
        }
    }

    public static async Task<int> RunAsync(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (Exception fault) when (IsOperators(fault))
        {
            return Fail(fault.Message);
        }
    }

    public static int Fail(string message)
    {
        Console.Error.WriteLine($"orleans-uploads: {message}");
        return 1;
    }

    private static bool IsOperators(Exception fault) => fault is IOException or UnauthorizedAccessException
        or InvalidDataException or FolderTakenException or JournalDamagedException or JournalUnavailableException
        or System.Security.Cryptography.CryptographicException or NotSupportedException;
}
