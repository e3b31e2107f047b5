using System.Diagnostics;
using System.Net.Sockets;
using OrleansUploads.Cli.Remote;
using OrleansUploads.Client;

namespace OrleansUploads.Cli.Demo;

/// <summary>A service that runs already: a server, or the silos of a cluster. A command of the user crashes it.</summary>
/// <param name="endpoints">The addresses. All requests are signed for the first one; connections go to each of them in turn, and
/// to the next one if one refuses.</param>
/// <param name="settings">The key pair and the region.</param>
/// <param name="crash">The shell command that crashes a part of the service and returns when the rest may be asked, or null.</param>
internal sealed class RunningService(IReadOnlyList<Uri> endpoints, AwsSettings settings, string? crash) : DemoService
{
    private readonly List<HttpClient> _clients = [];
    private int _turn;
    private int _crashes;

    public override string Description => $"Service on {string.Join(", ", endpoints)}";

    public override string? Crash => crash is null ? null : "the crash command has run";

    public override bool StopsAtCrash => false;

    public override GlacierClient Connect()
    {
        var handler = GlacierClient.CreateHandler();
        handler.UseProxy = false;
        handler.ConnectCallback = ConnectAsync;
        var http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _clients.Add(http);
        return new GlacierClient(
            http, Options(endpoints[0], settings.Key!.AccessKeyId, settings.Key.Secret, settings.Region) with
            {
                SessionToken = settings.Key.Token,
            });
    }

    public override Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override async Task CrashAsync(CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("/bin/sh")
        {
            ArgumentList = { "-c", crash!, "crash", (++_crashes).ToString(CultureInfo.InvariantCulture) },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException("The crash command could not be started.");
        var printed = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var complaint = await process.StandardError.ReadToEndAsync(cancellationToken);
        await printed;
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"The crash command failed with exit code {process.ExitCode}: {complaint.Trim()}");
        }
    }

    public override Task<int?> StopAsync(CancellationToken cancellationToken) => Task.FromResult<int?>(null);

    public override void Dispose() => _clients.ForEach(static http => http.Dispose());

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var endpoint = endpoints[(int)((uint)Interlocked.Increment(ref _turn) % endpoints.Count)];
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(endpoint.Host, endpoint.Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException) when (attempt < endpoints.Count)
            {
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }
}
