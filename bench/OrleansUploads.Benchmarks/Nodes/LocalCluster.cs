using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace OrleansUploads.Benchmarks.Nodes;

/// <summary>What <c>deploy/local-cluster.sh start 3</c> has started, with bytes in S3 or in blobs.</summary>
/// <param name="folder">Its folder.</param>
/// <param name="port">Its first port.</param>
/// <param name="blobs">The connection string of the blobs, or null if the bytes are in S3.</param>
internal sealed partial class LocalCluster(string folder, int port, string? blobs)
{
    private const int Silos = 3;

    /// <summary>The clock ticks of <c>/proc</c> in a second: 100 on every common system.</summary>
    private const double TicksPerMillisecond = 0.1;

    public IReadOnlyList<Uri> Endpoints { get; } =
        [.. Enumerable.Range(1, Silos).Select(number => new Uri($"http://127.0.0.1:{port + number}"))];

    /// <summary>The access key ID and the secret of the silos.</summary>
    public (string Id, string Secret) Keys => (Value("keys", "AWS_ACCESS_KEY_ID"), Value("keys", "AWS_SECRET_ACCESS_KEY"));

    /// <summary>The address of the store and its keys, as environment variables of a node.</summary>
    public IReadOnlyDictionary<string, string> StoreVariables => blobs is not null
        ? new Dictionary<string, string> { [BlobStore.Connection] = blobs }
        : new Dictionary<string, string>
        {
            [S3Store.Endpoint] = $"http://127.0.0.1:{port + 301}",
            [S3Store.KeyId] = Value("store-credentials", "aws_access_key_id"),
            [S3Store.Secret] = Value("store-credentials", "aws_secret_access_key"),
        };

    private string DatabaseProcess => ProcessOf(File.Exists(Path.Combine(folder, "azurite-table.pid"))
        ? "azurite-table.pid"
        : "postgres/postmaster.pid");

    private IEnumerable<string> SiloProcesses => Enumerable.Range(1, Silos).Select(number => ProcessOf($"silo-{number}.pid"));

    /// <summary>The processor time, in milliseconds, that the silos have used so far, and that of the database and its child
    /// processes.</summary>
    public (double Silos, double Database) ReadProcessorMilliseconds() =>
        (MillisecondsOf([.. SiloProcesses]), MillisecondsOf([DatabaseProcess]));

    /// <summary>The bytes that each open socket of the silos has received so far: from clients, the database, the store and other
    /// silos.</summary>
    public IReadOnlyDictionary<string, long> ReadReceivedBytes()
    {
        string[] marks = [.. SiloProcesses.Select(static process => $",pid={process},")];
        using var ss = Process.Start(new ProcessStartInfo("ss", ["-tinpHO"]) { RedirectStandardOutput = true })
            ?? throw new InvalidOperationException("ss did not start.");
        var sockets = ss.StandardOutput.ReadToEnd().Split('\n').Where(line => marks.Any(line.Contains));
        ss.WaitForExit();
        return sockets.ToDictionary(
            static line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3..5]),
            static line => ReceivedBytes().Match(line) is { Success: true } found ? NodeCommand.Number(found.Value) : 0);
    }

    [GeneratedRegex(@"(?<=bytes_received:)\d+")]
    private static partial Regex ReceivedBytes();

    private string ProcessOf(string file) => File.ReadLines(Path.Combine(folder, file)).First().Trim();

    private static double MillisecondsOf(HashSet<string> processes) =>
        Directory.EnumerateDirectories("/proc").Where(static path => char.IsAsciiDigit(Path.GetFileName(path)[0]))
            .Sum(path => TicksOf(path, processes)) / TicksPerMillisecond;

    private static long TicksOf(string path, HashSet<string> processes)
    {
        string stat;
        try
        {
            stat = File.ReadAllText(Path.Combine(path, "stat"));
        }
        catch (IOException)
        {
            return 0;
        }

        // From the state on: the parent is the second field, and four times begin at the twelfth; the last two are those of ended children.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var isOwn = processes.Contains(Path.GetFileName(path));
        return isOwn || processes.Contains(fields[1])
            ? fields.Skip(11).Take(isOwn ? 4 : 2).Sum(static field => long.Parse(field, CultureInfo.InvariantCulture))
            : 0;
    }

    private string Value(string file, string name) => File.ReadLines(Path.Combine(folder, file))
        .Select(static line => line.Split('=', 2, StringSplitOptions.TrimEntries)).First(pair => pair[0] == name)[1];
}
