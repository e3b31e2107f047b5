using System.Net.Sockets;
using System.Text;
using OrleansUploads.Engine.DataFolders;

namespace OrleansUploads.Cli.Control;

/// <summary>The Unix socket in a data folder through which commands reach the server that uses the folder. Only the owner can open
/// it. A request is one line, and so is the reply.</summary>
internal static class ControlSocket
{
    public const string FileName = FixedNames.ControlSocket;

    /// <summary>The maximum length of a request or a reply, in bytes.</summary>
    public const int MaxLineBytes = 4096;

    /// <summary>Throws an <see cref="IOException"/> if the folder's path is too long for a socket.</summary>
    public static UnixDomainSocketEndPoint EndPointOf(string folder)
    {
        var path = Path.Combine(Path.GetFullPath(folder), FileName);
        try
        {
            return new UnixDomainSocketEndPoint(path);
        }
        catch (ArgumentOutOfRangeException fault)
        {
            throw new IOException(
                $"The path {path} is too long for a socket, so commands cannot reach the server. Use a data folder with a shorter path.",
                fault);
        }
    }

    /// <summary>Reads one line.</summary>
    /// <exception cref="InvalidDataException">The line is too long, or the connection ended before the end of the line.</exception>
    public static async Task<string> ReadLineAsync(Socket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxLineBytes];
        for (var length = 0; length < buffer.Length;)
        {
            var count = await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
            var end = buffer.AsSpan(length, count).IndexOf((byte)'\n');
            if (end >= 0)
            {
                return Encoding.UTF8.GetString(buffer, 0, length + end);
            }

            if (count == 0)
            {
                break;
            }

            length += count;
        }

        throw new InvalidDataException($"The peer did not send a complete line of at most {MaxLineBytes} bytes.");
    }

    public static async Task WriteLineAsync(Socket socket, string line, CancellationToken cancellationToken)
    {
        var bytes = Encoding.UTF8.GetBytes(line.ReplaceLineEndings(" ") + "\n");
        for (var sent = 0; sent < bytes.Length;)
        {
            sent += await socket.SendAsync(bytes.AsMemory(sent), cancellationToken);
        }
    }
}
