namespace OrleansUploads.Serving;

/// <summary>The descriptors with which every program is started: 0 is standard input, 2 is standard error.</summary>
internal static class StandardDescriptor
{
    private const string Status = "/proc/self/fdinfo";
    private const string Flags = "flags:";

    // The kernel prints the flags in octal digits. This is O_CLOEXEC.
    private const long ClosedByExec = 0x80000;

    /// <summary>Whether the program was started with a descriptor closed. The runtime then gives the number to one of its own files or
    /// pipes, and a pipe never ends. The runtime marks its descriptors to be closed by exec, and an inherited one cannot have this mark.
    /// Only Linux tells.</summary>
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
