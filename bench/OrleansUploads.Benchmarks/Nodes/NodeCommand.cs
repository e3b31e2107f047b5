using System.CommandLine;
using System.Globalization;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using OrleansUploads.Client;
using OrleansUploads.Client.Models;
using OrleansUploads.Client.Transfers;

namespace OrleansUploads.Benchmarks.Nodes;

/// <summary><c>node</c>: a process that writes parts of archives when a line of its input tells it to, and answers with one line.</summary>
/// <remarks><c>share VAULT UPLOAD BYTES</c> shares an upload; <c>put KEY BYTES PARTBYTES COUNTER</c> puts the parts whose numbers it takes from
/// a <see cref="SharedCounter"/>, under addresses that Amazon's client signs, and nothing else. The answer has the writes of <c>share</c> and the archive.</remarks>
internal static class NodeCommand
{
    public const string Ready = "ready";
    public const string Silo = "NODE_SILO";
    public const string Store = "NODE_STORE";
    public const string StoreKey = "NODE_STORE_KEY";
    public const string StoreSecret = "NODE_STORE_SECRET";
    public const string Key = "AWS_ACCESS_KEY_ID";
    public const string Secret = "AWS_SECRET_ACCESS_KEY";
    public const string Bucket = "parts";

    private const int Workers = 4;

    private static readonly TimeSpan Life = TimeSpan.FromMinutes(15);

    public static Command Create()
    {
        var command = new Command("node", "Run a node of the benchmark of direct writes.") { Hidden = true };
        command.SetAction(static (_, cancellationToken) => ServeAsync(cancellationToken));
        return command;
    }

    public static AmazonS3Client ConnectStore(string endpoint, string accessKeyId, string secret) => new(
        new BasicAWSCredentials(accessKeyId, secret),
        new AmazonS3Config { ServiceURL = endpoint, ForcePathStyle = true, AuthenticationRegion = "us-east-1" });

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
        using var s3 = ConnectStore(Variable(Store), Variable(StoreKey), Variable(StoreSecret));
        Console.WriteLine(Ready);
        while (await Console.In.ReadLineAsync(cancellationToken) is { } line)
        {
            var words = line.Split(' ');
            counted.Reset();
            var archive = "-";
            if (words[0] == "share")
            {
                using var source = new PartBytes(Number(words[3]));
                var options = new DirectUploadOptions { Workers = Workers };
                archive = (await new DirectUpload(client, words[1], words[2], options).SendAsync(source, cancellationToken)).ArchiveId;
            }
            else
            {
                await PutAsync(s3, http, words[1], Number(words[2]), (int)Number(words[3]), words[4], cancellationToken);
            }

            Console.WriteLine($"{counted.Writes} {archive}");
        }

        return 0;
    }

    /// <remarks>Amazon's client signs the address and not the body, which it refuses over plain HTTP in other ways. So nothing hashes the
    /// bytes.</remarks>
    private static async Task PutAsync(
        AmazonS3Client s3, HttpClient http, string key, long bytes, int partBytes, string counter, CancellationToken cancellationToken)
    {
        using var source = new PartBytes(bytes);
        using var next = new SharedCounter(counter);
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(async _ =>
        {
            for (var part = next.Take(); part * partBytes < bytes; part = next.Take())
            {
                var at = part * partBytes;
                using var body = new ByteArrayContent(await source.CopyAsync(at, (int)Math.Min(partBytes, bytes - at), cancellationToken));
                var address = await s3.GetPreSignedURLAsync(new GetPreSignedUrlRequest
                {
                    BucketName = Bucket,
                    Key = $"{key}/{part}",
                    Verb = HttpVerb.PUT,
                    Protocol = Protocol.HTTP,
                    Expires = DateTime.UtcNow + Life,
                });
                using var answer = await http.PutAsync(new Uri(address), body, cancellationToken);
                answer.EnsureSuccessStatusCode();
            }
        }));
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
