using System.Text;
using OrleansUploads.Engine.Reading;

namespace OrleansUploads.Serving;

/// <summary>Standard output that is a file, a pipe or closed. If it cannot be written, the error says so; the system's own message
/// names neither the output nor, if it is closed, the cause.</summary>
/// <param name="isNeeded">Whether the program fails if it cannot be written. Standard error is not needed: a server that cannot log serves
/// on, and a command that cannot explain its failure still has an exit code.</param>
internal sealed class RedirectedOutput(Stream output, bool isNeeded) : ForwardStream
{
    public override bool CanRead => false;

    public override bool CanWrite => true;

    /// <summary>Makes the console write to it, unless the output is a terminal.</summary>
    public static void Install()
    {
        if (Console.IsOutputRedirected)
        {
            Console.SetOut(Write(Console.OpenStandardOutput(), isNeeded: true));
        }

        if (Console.IsErrorRedirected)
        {
            Console.SetError(Write(StandardDescriptor.IsMissing(2) ? Null : Console.OpenStandardError(), isNeeded: false));
        }
    }

    /// <summary>Opens standard output for bytes.</summary>
    public static Stream Open() => new RedirectedOutput(Console.OpenStandardOutput(), isNeeded: true);

    private static TextWriter Write(Stream output, bool isNeeded)
    {
        var encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        var writer = new StreamWriter(new RedirectedOutput(output, isNeeded), encoding) { AutoFlush = true };
        return TextWriter.Synchronized(writer);
    }

    public override void Flush()
    {
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <exception cref="IOException">The output cannot be written.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            output.Write(buffer);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            if (!isNeeded)
            {
                return;
            }

            // The base library reports a closed descriptor as a denied access to a path.
            throw new IOException($"The output cannot be written: {(fault.InnerException ?? fault).Message.TrimEnd('.')}.", fault);
        }
    }
}
