using System.CommandLine;
using System.Globalization;
using OrleansUploads.Client;
using OrleansUploads.Client.Models;
using OrleansUploads.Client.Transfers;

namespace OrleansUploads.Benchmarks.Nodes;

/// <summary><c>node</c>: a process that writes parts of archives when a line of its input tells it to, and answers with one line.</summary>
/// <remarks><c>share VAULT UPLOAD BYTES</c> shares an upload; <c>put KEY BYTES PARTBYTES COUNTER</c> puts the parts whose numbers it takes from
/// a <see cref="SharedCounter"/> with the store's own client, and nothing else; <c>put-unhashed</c> does so under addresses that this client
/// signs. The answer has the writes of <c>share</c> and the archive.</remarks>
internal static class NodeCommand
{
    public const string Ready = "ready";
    public const string Share = "share";
    public const string Put = "put";
    public const string PutUnhashed = "put-unhashed";
    public const string Silo = "NODE_SILO";
    public const string Key = "AWS_ACCESS_KEY_ID";
    public const string Secret = "AWS_SECRET_ACCESS_KEY";

    private const int Workers = 4;

    public static Command Create()
    {
        var command = new Command("node", "Run a node of the benchmark of direct writes.") { Hidden = true };
        command.SetAction(static (_, cancellationToken) => ServeAsync(cancellationToken));
        return command;
    }

    public static long Number(string word) => long.Parse(word, CultureInfo.InvariantCulture);

    private static async Task<int> ServeAsync(CancellationToken cancellationToken)
    {
        using var counted = new CountedWrites(new Uri(Variable(Silo)).Port);
        using var http = new HttpClient(counted) { Timeout = Timeout.InfiniteTimeSpan };
        using var client = new GlacierClient(http, new GlacierClientOptions
        {
            Endpoint = new Uri(Variable(Silo)),
            Region = "us-east-1",
            AccessKeyId = Variable(Key),
            SecretAccessKey = Variable(Secret),
        });
        using var store = BareStore.Connect(Environment.GetEnvironmentVariable);
        Console.WriteLine(Ready);
        while (await Console.In.ReadLineAsync(cancellationToken) is { } line)
        {
            var words = line.Split(' ');
            counted.Reset();
            var archive = "-";
            if (words[0] == Share)
            {
                using var source = new PartBytes(Number(words[3]));
                var options = new DirectUploadOptions { Workers = Workers };
                archive = (await new DirectUpload(client, words[1], words[2], options).SendAsync(source, cancellationToken)).ArchiveId;
            }
            else
            {
                await PutAsync(
                    words[0] == PutUnhashed ? (key, content) => PutUnhashedAsync(store, http, key, content, cancellationToken)
                        : (key, content) => store.PutAsync(key, content, cancellationToken),
                    words[1],
                    Number(words[2]),
                    (int)Number(words[3]),
                    words[4],
                    cancellationToken);
            }

            Console.WriteLine($"{counted.Writes} {archive}");
        }

        return 0;
    }

    private static async Task PutAsync(
        Func<string, byte[], Task> put, string key, long bytes, int partBytes, string counter, CancellationToken cancellationToken)
    {
        using var source = new PartBytes(bytes);
        using var next = new SharedCounter(counter);
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(async _ =>
        {
            for (var part = next.Take(); part * partBytes < bytes; part = next.Take())
            {
                var at = part * partBytes;
                await put($"{key}/{part}", await source.CopyAsync(at, (int)Math.Min(partBytes, bytes - at), cancellationToken));
            }
        }));
    }

    private static async Task PutUnhashedAsync(
        BareStore store, HttpClient http, string key, byte[] content, CancellationToken cancellationToken)
    {
        using var request = await store.SignPutAsync(key);
        request.Content = new ByteArrayContent(content);
        using var answer = await http.SendAsync(request, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    private static string Variable(string name) =>
        Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is not set.");

    /// <summary>Counts the writes into the store.</summary>
    private sealed class CountedWrites(int siloPort) : DelegatingHandler(GlacierClient.CreateHandler())
    {
        private int _writes;

        public int Writes => _writes;

        public void Reset() => _writes = 0;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri!.Port != siloPort)
            {
                Interlocked.Increment(ref _writes);
            }

            return base.SendAsync(request, cancellationToken);
        }
    }
}
