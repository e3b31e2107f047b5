namespace OrleansUploads.Cli.CommandLine;

/// <summary>Standard input.</summary>
internal static class StandardInput
{
    /// <summary>Stands for standard input where a command takes the name of a file. A file of this name is <c>./-</c>.</summary>
    public const string Name = "-";

    private const string Status = "/proc/self/fdinfo";
    private const string Flags = "flags:";

    // The kernel prints the flags in octal digits. This is O_CLOEXEC.
    private const long ClosedByExec = 0x80000;

    /// <summary>Opens standard input.</summary>
    /// <exception cref="IOException">The program was started without one.</exception>
    public static Stream Open() => IsMissing(0)
        ? throw new IOException("Standard input is closed. Redirect it from a file or a pipe.")
        : new InterruptibleStream(Console.OpenStandardInput());

    /// <summary>Whether the program was started with a descriptor closed. The runtime then gets its number for a file or pipe of its own,
    /// and a pipe never ends. The runtime marks its descriptors to be closed by exec, and an inherited one cannot have this mark. Only
    /// Linux tells.</summary>
    /// <param name="descriptor">0 for standard input, 2 for standard error.</param>
    public static bool IsMissing(int descriptor)
    {
        if (!OperatingSystem.IsLinux() || !Directory.Exists(Status))
        {
            return false;
        }

        try
        {
            var flags = File.ReadLines($"{Status}/{descriptor}").FirstOrDefault(static line => line.StartsWith(Flags, StringComparison.Ordinal));
            return flags is not null && (Convert.ToInt64(flags[Flags.Length..].Trim(), 8) & ClosedByExec) != 0;
        }
        catch (FileNotFoundException)
        {
            return true;
        }
    }
}
