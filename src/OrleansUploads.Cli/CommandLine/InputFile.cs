using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Reading;
using OrleansUploads.Serving;

namespace OrleansUploads.Cli.CommandLine;

/// <summary>An argument with the names of files. A word that begins with a hyphen is refused as a mistyped option, unless it follows
/// <c>--</c>.</summary>
/// <typeparam name="T">One name or several.</typeparam>
internal sealed class FileArgument<T>(string name) : Argument<T>(name);

/// <summary>An argument with archives, whose IDs may begin with hyphens. A word that begins with two and is shorter than an ID is refused as a
/// mistyped option, unless it follows <c>--</c>.</summary>
internal sealed class ArchiveArgument(string name) : Argument<string[]>(name)
{
    /// <summary>The characters of an archive ID.</summary>
    public const int IdChars = 138;
}

/// <summary>A file that a command reads. <c>-</c> stands for standard input.</summary>
internal static class InputFile
{
    /// <summary>What the runtime reads for bytes that are not UTF-8.</summary>
    private const char NotUtf8 = '\uFFFD';

    /// <summary>What to do with files that this program cannot send. It ends a message.</summary>
    public static string UseOtherTar { get; } =
        $"send its folder with another program: tar -c FOLDER | {ProgramName.Text} upload - --vault NAME";

    /// <summary>Opens a file to read it once, from its first byte to its last. Its length may be unknown: it may be a pipe, or in
    /// <c>/proc</c>.</summary>
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

    /// <summary>Requires that a name is UTF-8. The runtime cannot open a file whose name is not.</summary>
    /// <exception cref="IOException">The name is not UTF-8.</exception>
    public static void RequireUtf8(string path)
    {
        if (path.Contains(NotUtf8, StringComparison.Ordinal) && !Path.Exists(path))
        {
            throw new IOException($"The name of {path} is not UTF-8. Rename it, or {UseOtherTar}");
        }
    }

    /// <summary>Whether a path leads to a device, a pipe or a socket, which the base library takes for files. Always false on systems other
    /// than Linux.</summary>
    public static bool IsSpecial(string path) => File.Exists(path)
        && FileStatus.IsSupported
        && FileStatus.ReadAt(path, FileStatus.Type, out var status) == 0
        && !status.IsRegular;

    /// <summary>Returns the length of a file, or null if it has bytes although the system says that its length is 0, as those in
    /// <c>/proc</c> do.</summary>
    /// <exception cref="IOException">The user may not read it.</exception>
    public static long? LengthOf(string path)
    {
        using var file = OpenRead(path);
        return file.Length == 0 && file.ReadByte() >= 0 ? null : file.Length;
    }

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

internal static class StandardInput
{
    /// <summary>Stands for standard input where a command takes the name of a file. A file of this name is <c>./-</c>.</summary>
    public const string Name = "-";

    /// <summary>Opens standard input.</summary>
    /// <exception cref="IOException">The program was started without one.</exception>
    public static Stream Open() => StandardDescriptor.IsMissing(0)
        ? throw new IOException("Standard input is closed. Redirect it from a file or a pipe.")
        : new InterruptibleStream(Console.OpenStandardInput());
}

/// <summary>A stream that may wait for bytes without end, such as a pipe. The base library cannot cancel such a read, so this one leaves it
/// behind: the process is about to end.</summary>
internal sealed class InterruptibleStream(Stream inner) : ForwardStream
{
    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    /// <summary>Reads until the buffer is full or the stream ends, because a pipe gives little at a time.</summary>
    /// <exception cref="OperationCanceledException">The read was cancelled. The buffer may still be written to.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        await Task.Run(() => inner.ReadAtLeast(buffer.Span, buffer.Length, throwOnEndOfStream: false), cancellationToken)
            .WaitAsync(cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
