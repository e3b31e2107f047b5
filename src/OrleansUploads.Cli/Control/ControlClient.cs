using System.Net.Sockets;
using OrleansUploads.Engine.DataFolders;

namespace OrleansUploads.Cli.Control;

internal static class ControlClient
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    /// <summary>Returns the server's message.</summary>
    /// <exception cref="IOException">No server uses the folder, it does not answer, or the request failed. The message says
    /// what to do.</exception>
    public static async Task<string> SendAsync(
        string folder, string request, CancellationToken cancellationToken, TimeProvider? time = null)
    {
        using var late = new CancellationTokenSource(Timeout, time ?? TimeProvider.System);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        string answer;
        try
        {
            await socket.ConnectAsync(ControlSocket.EndPointOf(folder), timeout.Token);
            await ControlSocket.WriteLineAsync(socket, request, timeout.Token);
            answer = await ControlSocket.ReadLineAsync(socket, timeout.Token);
        }
        catch (Exception fault) when (fault is InvalidDataException
            || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new IOException(
                $"The server on the data folder {folder} has not answered, and may still carry out the request. Look at its log and at "
                + "/healthz?verbose.",
                fault);
        }
        catch (SocketException) when (!DataFolder.Exists(folder))
        {
            FileFault.RequireReadable(folder);
            throw new IOException($"{folder} is not a data folder. Name the folder of the server with --data.");
        }
        catch (SocketException fault) when (fault.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.ConnectionRefused)
        {
            throw new IOException($"No server answers on the data folder {folder}. Start the server.", fault);
        }
        catch (SocketException fault)
        {
            throw new IOException(
                $"No server answers on the data folder {folder}: {fault.Message}. Start the server, or run this command as the "
                + "server's user.",
                fault);
        }

        return answer.StartsWith("ok ", StringComparison.Ordinal)
            ? answer[3..]
            : throw new IOException($"The request failed, and the server may have carried it out in part: {answer}");
    }
}
