using System.Diagnostics;
using OrleansUploads.Benchmarks.Transfers;

namespace OrleansUploads.Benchmarks.Uploads;

/// <summary>Compares a server whose dashboard is open with one whose dashboard is closed, while both receive the same parts.</summary>
internal sealed class DashboardBenchmark : IBenchmark
{
    private const double MostPercentWhileOpen = 3;
    private const double MostPercentWhileClosed = 0.5;
    private const double MostMebibytes = 20;
    private const int Uploads = 1_000;
    private const int PartsPerSecond = 25;
    private const int Callers = 4;

    public string Name => "dashboard";

    public async Task<IReadOnlyList<Verdict>> RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var watched = await StartAsync(session.Subfolder("watched"), cancellationToken);
        await using var other = await StartAsync(session.Subfolder("other"), cancellationToken);
        var length = TimeSpan.FromSeconds(session.Pick(10, 2));
        var open = new Rounds($"{Name}, open, processor time", Unit.PercentOfCore, session.Pick(9, 1));
        var whileOpen = await open.AlternateAsync(
            token => watched.MeasureAsync(isOpen: true, () => watched.SendPartsAsync(length, token), token),
            token => other.MeasureAsync(isOpen: false, () => other.SendPartsAsync(length, token), token),
            cancellationToken);
        var memory = new Medians(watched.Server.Process.PeakMebibytes, other.Server.Process.PeakMebibytes);
        var closed = new Rounds($"{Name}, closed and idle, processor time", Unit.PercentOfCore, session.Pick(5, 1), WarmUps: 0);
        var whileClosed = await closed.AlternateAsync(
            token => watched.MeasureAsync(isOpen: false, () => Task.Delay(length, token), token),
            token => other.MeasureAsync(isOpen: false, () => Task.Delay(length, token), token),
            cancellationToken);
        return
        [
            Verdict.OfIncrease(open.What, open.Unit, whileOpen, MostPercentWhileOpen),
            Verdict.OfIncrease($"{Name}, server's peak memory", Unit.Mebibytes, memory, MostMebibytes),
            Verdict.OfIncrease(closed.What, closed.Unit, whileClosed, MostPercentWhileClosed),
        ];
    }

    private static async Task<Side> StartAsync(string folder, CancellationToken cancellationToken)
    {
        await ManyUploads.OpenAsync(folder, Uploads, cancellationToken);
        var server = await GatewayServer.StartAsync(folder, cancellationToken, createsVault: false);
        var pages = new DashboardPages(await DashboardSession.BeginAsync(
            server.Process.Address, GatewayServer.AccessKeyId, GatewayServer.Secret, cancellationToken));
        return new Side(server, pages, await pages.ListUploadsAsync(cancellationToken));
    }

    /// <summary>A server that receives parts of the uploads on the dashboard's first page.</summary>
    private sealed class Side(GatewayServer server, DashboardPages pages, string[] uploads) : IAsyncDisposable
    {
        private readonly byte[] _body = new byte[16 * 1024];
        private readonly Connections _connections = new(Callers);
        private int _parts;

        public GatewayServer Server => server;

        /// <summary>Measures the server's processor time while something happens, in percent of a core.</summary>
        public async Task<double> MeasureAsync(bool isOpen, Func<Task> meanwhile, CancellationToken cancellationToken)
        {
            using var closing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var watching = isOpen ? pages.WatchAsync(uploads[0], closing.Token) : null;
            var before = server.Process.ProcessorMilliseconds;
            var watch = Stopwatch.StartNew();
            await meanwhile();
            var percent = 100 * (server.Process.ProcessorMilliseconds - before) / watch.Elapsed.TotalMilliseconds;
            await closing.CancelAsync();
            if (watching is not null && await watching is var states && states < watch.Elapsed.TotalSeconds)
            {
                throw new InvalidOperationException($"The pages have shown only {states} states in {watch.Elapsed.TotalSeconds:0} s.");
            }

            return percent;
        }

        /// <summary>Sends parts at a steady pace.</summary>
        public Task<TimeSpan> SendPartsAsync(TimeSpan length, CancellationToken cancellationToken) => _connections.SendAllAsync(
            NextParts((int)(length.TotalSeconds * PartsPerSecond)), cancellationToken, PartsPerSecond);

        public async ValueTask DisposeAsync()
        {
            _connections.Dispose();
            pages.Dispose();
            await server.DisposeAsync();
        }

        /// <summary>Parts of all uploads in turn. Each is short, as the last part of an upload is, so that little of the server's time is
        /// spent on bytes.</summary>
        private HttpRequestMessage[] NextParts(int count)
        {
            using var hasher = new PartHasher();
            hasher.Append(_body);
            var hashes = hasher.Finish();
            var first = _parts;
            _parts += count;
            return [.. Enumerable.Range(first, count).Select(part => server.PartRequest(
                uploads[part % uploads.Length], part / uploads.Length * Limits.MinPartSizeBytes, _body, hashes))];
        }
    }
}
