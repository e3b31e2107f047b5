namespace OrleansUploads.Cli.CommandLine;

/// <summary>A file that a command reads once, from its first byte to its last. <c>-</c> stands for standard input.</summary>
internal static class InputFile
{
    /// <summary>The argument that names the file.</summary>
    /// <param name="description">What the file is to the command.</param>
    public static Argument<string> Argument(string description) => new FileArgument<string>("file")
    {
        Description = $"{description} '{StandardInput.Name}' stands for standard input.",
    };

    /// <summary>Opens the file. Its length may be unknown: it may be a pipe, or in <c>/proc</c>.</summary>
    /// <exception cref="FileNotFoundException">It does not exist.</exception>
    /// <exception cref="IOException">It is a folder, or the user may not read it, or standard input is closed.</exception>
    /// <exception cref="OperationCanceledException">The command was interrupted while a pipe had no writer.</exception>
    public static async Task<Stream> OpenAsync(string path, CancellationToken cancellationToken)
    {
        if (path == StandardInput.Name)
        {
            return StandardInput.Open();
        }

        if (Directory.Exists(path))
        {
            throw new IOException($"{path} is a folder. Name a file.");
        }

        return new InterruptibleStream(await Task.Run(() => OpenRead(path), cancellationToken).WaitAsync(cancellationToken));
    }

    /// <summary>Checks that the user may read a file that is not standard input.</summary>
    /// <exception cref="IOException">The user may not read it.</exception>
    public static void RequireReadable(string path) => OpenRead(path).Dispose();

    /// <summary>The file as a message names it.</summary>
    public static string Describe(string path) => path == StandardInput.Name ? "Standard input" : $"The file {path}";

    private static FileStream OpenRead(string path)
    {
        try
        {
            return File.OpenRead(path);
        }
        catch (UnauthorizedAccessException fault)
        {
            throw new IOException($"You may not read the file {path}. Run this command as a user who may.", fault);
        }
    }
}
