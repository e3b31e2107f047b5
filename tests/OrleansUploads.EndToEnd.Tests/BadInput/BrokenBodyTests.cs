using System.Net.Sockets;
using System.Text;
using OrleansUploads.Client;
using OrleansUploads.Client.Sources;
using OrleansUploads.Signing;

namespace OrleansUploads.EndToEnd.Tests.BadInput;

/// <summary>Bodies that stop halfway, against a server process with its default limits.</summary>
public sealed class BrokenBodyTests : IDisposable
{
    private const string Vault = "records";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    [Trait(TestRun.Name, TestRun.Campaign)]
    public async Task A_stalled_body_is_answered_with_408_and_changes_nothing()
    {
        await using var server = await ServerProcess.StartAsync(_folder.Data);
        using var client = server.Connect();
        var upload = await OpenUploadAsync(client);
        using var connection = await SendHalfPartAsync(server, upload);

        var answer = await ReadToEndAsync(connection, TimeSpan.FromSeconds(60));

        Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 408 ", StringComparison.Ordinal), answer);
        await AssertNoPartAsync(client, upload);
        await client.UploadPartAsync(Vault, upload, 0, Body);
    }

    [Fact]
    public async Task A_part_whose_connection_is_reset_halfway_leaves_no_file()
    {
        await using var server = await ServerProcess.StartAsync(_folder.Data);
        using var client = server.Connect();
        var upload = await OpenUploadAsync(client);
        using (var connection = await SendHalfPartAsync(server, upload))
        {
            connection.LingerState = new LingerOption(true, 0);
        }

        await Eventually.BecomesTrueAsync(() => CountPartFiles() == 0, "the half part is deleted");
        await AssertNoPartAsync(client, upload);
    }

    [Fact]
    public async Task A_half_part_left_by_a_crash_is_not_listed_and_is_collected()
    {
        await using var server = await ServerProcess.StartAsync(_folder.Data, "--collect-grace", "0", "--collect-interval", "1s");
        var upload = await OpenUploadAsync(server.Connect());
        using var connection = await SendHalfPartAsync(server, upload);

        await using var next = await server.CrashAsync();
        await AssertNoPartAsync(next.Connect(), upload);
        await Eventually.BecomesTrueAsync(() => CountPartFiles() == 0, "the half part is collected");
    }

    private static HashedBody Body { get; } = HashedBody.Of(Archives.Bytes(Archives.MiB, seed: 1));

    private static async Task<string> OpenUploadAsync(GlacierClient client)
    {
        await client.CreateVaultAsync(Vault);
        return await client.InitiateMultipartUploadAsync(Vault, Archives.MiB);
    }

    private static async Task AssertNoPartAsync(GlacierClient client, string upload) =>
        Assert.Empty(await client.ListPartsAsync(Vault, upload).ToListAsync());

    /// <summary>Sends a signed head and half of the announced body, and waits until the server has begun to write it.</summary>
    private async Task<Socket> SendHalfPartAsync(ServerProcess server, string upload)
    {
        var heads = new SignedHead(server.Address.Authority, CommandLine.AccessKeyId, CommandLine.SecretAccessKey);
        var head = heads.Of(
            "PUT",
            $"/-/vaults/{Vault}/multipart-uploads/{upload}",
            Archives.MiB,
            ("content-range", $"bytes 0-{Archives.MiB - 1}/*"),
            ("x-amz-content-sha256", PayloadModes.NotSigned),
            ("x-amz-sha256-tree-hash", $"{Body.TreeHash}"));
        var connection = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await connection.ConnectAsync(server.EndPoint);
        await connection.SendAsync(head);
        await connection.SendAsync(Archives.Bytes(Archives.MiB / 2, seed: 1));
        await Eventually.BecomesTrueAsync(() => CountPartFiles() == 1, "the server writes the part");
        return connection;
    }

    private static async Task<string> ReadToEndAsync(Socket connection, TimeSpan timeLimit)
    {
        using var timeout = new CancellationTokenSource(timeLimit);
        await using var stream = new NetworkStream(connection);
        using var answer = new MemoryStream();
        try
        {
            await stream.CopyToAsync(answer, timeout.Token);
        }
        catch (IOException)
        {
            // A reset ends the answer too.
        }

        return Encoding.ASCII.GetString(answer.ToArray());
    }

    private int CountPartFiles() =>
        Directory.EnumerateFiles(Path.Combine(_folder.Data, "parts"), "*.part", SearchOption.AllDirectories).Count();
}
