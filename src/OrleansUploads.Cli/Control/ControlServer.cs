using System.Globalization;
using System.Net.Sockets;
using OrleansUploads.Engine.Clocks;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.Entities;

namespace OrleansUploads.Cli.Control;

/// <summary>Executes the requests of the <c>clock</c> and <c>backup</c> commands in a running server.</summary>
internal sealed class ControlServer : IAsyncDisposable
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(30);

    private readonly EmbeddedEngine _engine;
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _serving;

    private ControlServer(EmbeddedEngine engine, Socket listener)
    {
        _engine = engine;
        _listener = listener;
        _serving = ServeAsync();
    }

    /// <summary>Listens on a socket in a data folder. The process must have locked the folder: an existing socket is then left
    /// over from an earlier process and is deleted.</summary>
    /// <exception cref="IOException">The folder's path is too long, or its file system does not support sockets.</exception>
    public static ControlServer Listen(string folder, EmbeddedEngine engine)
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
            return new ControlServer(engine, listener);
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
                using var client = await _listener.AcceptAsync(_stopping.Token);
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

    private async Task<string> AnswerAsync(string request, CancellationToken cancellationToken)
    {
        try
        {
            return "ok " + await ExecuteAsync(request.Split(' '), cancellationToken);
        }
        catch (Exception fault) when (fault is EntityUnavailableException or FormatException)
        {
            return "failed " + fault.Message;
        }
    }

    private async Task<string> ExecuteAsync(string[] words, CancellationToken cancellationToken)
    {
        var clock = _engine.Clock;
        switch (words)
        {
            case ["clock", "show"]:
                return clock.Fault is { } fault ? ClockFaultException.Describe(fault) : "The clock is trusted.";
            case ["clock", "accept"]:
                await clock.AcceptAsync(_engine.Host, cancellationToken);
                return "The clock is trusted again.";
            case ["backup", "show"]:
                return clock.BackupUntil is { } end
                    ? $"A backup is in progress. No bytes are deleted until {Format(end)} or 'backup end'."
                    : "No backup is in progress.";
            case ["backup", "begin", var seconds]:
                var lease = TimeSpan.FromSeconds(long.Parse(seconds, NumberStyles.None, CultureInfo.InvariantCulture));
                var earlier = clock.BackupUntil;
                var until = await clock.BeginBackupAsync(_engine.Host, lease, cancellationToken);
                return $"No bytes are deleted until {Format(until)}."
                    + (earlier is null ? "" : " An earlier backup was not ended. If it still copies parts/, run 'backup end' when both are done.");
            case ["backup", "end"]:
                await clock.EndBackupAsync(_engine.Host, cancellationToken);
                return "The server deletes unneeded bytes again.";
            default:
                throw new FormatException(
                    $"The server does not support the command '{string.Join(' ', words)}'. It may be a different version.");
        }
    }

    private static string Format(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
