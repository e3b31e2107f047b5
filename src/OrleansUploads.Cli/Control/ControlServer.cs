using System.Net.Sockets;

namespace OrleansUploads.Cli.Control;

/// <summary>Answers the requests of the <c>clock</c> and <c>backup</c> commands in a running server.</summary>
internal sealed class ControlServer : IAsyncDisposable
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Without it, a process that has no more descriptors would try again all the time.</summary>
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    private readonly Func<string, CancellationToken, Task<string>> _execute;
    private readonly Socket _listener;
    private readonly Func<CancellationToken, ValueTask<Socket>> _accept;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _serving;

    private ControlServer(
        Socket listener,
        Func<string, CancellationToken, Task<string>> execute,
        Func<CancellationToken, ValueTask<Socket>> accept,
        TimeProvider time)
    {
        _listener = listener;
        _execute = execute;
        _accept = accept;
        _time = time;
        _serving = ServeAsync();
    }

    /// <summary>Listens on a socket in a data folder. The process must have locked the folder: an existing socket is then left
    /// over from an earlier process and is deleted.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="execute">Executes a request and returns the message for the user.</param>
    /// <param name="accept">Accepts a connection, or null for the socket's own.</param>
    /// <param name="time">Measures the pause after a failure. Null is the system's time.</param>
    /// <exception cref="IOException">The folder's path is too long, or its file system does not support sockets.</exception>
    public static ControlServer Listen(
        string folder,
        Func<string, CancellationToken, Task<string>> execute,
        Func<CancellationToken, ValueTask<Socket>>? accept = null,
        TimeProvider? time = null)
    {
        var path = Path.Combine(Path.GetFullPath(folder), ControlSocket.FileName);
        var endPoint = ControlSocket.EndPointOf(folder);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            File.Delete(path);
            listener.Bind(endPoint);
            if (!OperatingSystem.IsWindows())
            {
                // Clients cannot connect before Listen, so they never see the default mode.
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            listener.Listen(backlog: 8);
            return new ControlServer(listener, execute, accept ?? listener.AcceptAsync, time ?? TimeProvider.System);
        }
        catch (SocketException fault)
        {
            listener.Dispose();
            throw new IOException($"The socket {path} cannot be created: {fault.Message}", fault);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _serving;
        _stopping.Dispose();
    }

    /// <summary>Serves one request at a time. Requests are rare and short.</summary>
    private async Task ServeAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                using var client = await AcceptAsync();
                using var timeout = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
                timeout.CancelAfter(RequestTimeout);
                var request = await ControlSocket.ReadLineAsync(client, timeout.Token);
                await ControlSocket.WriteLineAsync(client, await AnswerAsync(request, timeout.Token), timeout.Token);
            }
            catch (Exception fault) when (fault is SocketException or OperationCanceledException or InvalidDataException
                or ObjectDisposedException)
            {
                // The client sees a connection without a reply and can try again.
            }
        }
    }

    private async Task<Socket> AcceptAsync()
    {
        while (true)
        {
            try
            {
                return await _accept(_stopping.Token);
            }
            catch (SocketException) when (!_stopping.IsCancellationRequested)
            {
                await Task.Delay(PauseAfterFailure, _time, _stopping.Token);
            }
        }
    }

    /// <summary>Executes a request. A fault ends neither the server nor its control socket.</summary>
    private async Task<string> AnswerAsync(string request, CancellationToken cancellationToken)
    {
        try
        {
            return "ok " + await _execute(request, cancellationToken);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            return "failed " + fault.Message;
        }
    }
}
