using System.Net.Sockets;
using Microsoft.Extensions.Hosting;

namespace OrleansUploads.Cli.Control;

/// <summary>Answers the requests of the <c>clock</c> and <c>backup</c> commands in a running server. Without it everything
/// is served except these commands.</summary>
/// <param name="folder">The process must have locked it: an existing socket is then left over from an earlier process and is
/// deleted.</param>
/// <param name="execute">Returns the message for the user.</param>
internal sealed class ControlServer(
    string folder,
    Func<string, CancellationToken, Task<string>> execute,
    Action<string> onFault,
    Func<CancellationToken, ValueTask<Socket>>? accept = null,
    TimeProvider? time = null) : BackgroundService
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(30);

    /// <summary>The pause after a failure. Without it, a process that has run out of descriptors would try again all the time.</summary>
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            Listen();
            return base.StartAsync(cancellationToken);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            onFault(fault.Message);
            return Task.CompletedTask;
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _listener.Dispose();
    }

    /// <summary>Serves one request at a time. Requests are rare and short.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                using var client = await AcceptAsync(stoppingToken);
                using var timeout = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
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

    /// <summary>Throws an <see cref="IOException"/> if the folder's path is too long, or its file system does not support
    /// sockets.</summary>
    private void Listen()
    {
        var endPoint = ControlSocket.EndPointOf(folder);
        var path = Path.Combine(Path.GetFullPath(folder), ControlSocket.FileName);
        try
        {
            File.Delete(path);
            _listener.Bind(endPoint);
            if (!OperatingSystem.IsWindows())
            {
                // Clients cannot connect before Listen, so they never see the default mode.
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            _listener.Listen(backlog: 8);
        }
        catch (SocketException fault)
        {
            throw new IOException($"The socket {path} cannot be created: {fault.Message}", fault);
        }
    }

    private async Task<Socket> AcceptAsync(CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                return await (accept ?? _listener.AcceptAsync)(stopping);
            }
            catch (SocketException) when (!stopping.IsCancellationRequested)
            {
                await Task.Delay(PauseAfterFailure, time ?? TimeProvider.System, stopping);
            }
        }
    }

    /// <summary>A fault ends neither the server nor its control socket.</summary>
    private async Task<string> AnswerAsync(string request, CancellationToken cancellationToken)
    {
        try
        {
            return "ok " + await execute(request, cancellationToken);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            return "failed " + fault.Message;
        }
    }
}
