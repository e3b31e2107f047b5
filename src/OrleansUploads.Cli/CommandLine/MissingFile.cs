namespace OrleansUploads.Cli.CommandLine;

/// <summary>Says that a file does not exist. The base library's own messages say that it could not be found.</summary>
internal static class MissingFile
{
    /// <summary>The message of an exception.</summary>
    public static string Describe(Exception fault) =>
        fault is FileNotFoundException { FileName: { Length: > 0 } path } ? $"The file {path} does not exist." : fault.Message;
}
