using System.Net.Sockets;

namespace OrleansUploads.Simulation.Hostile;

/// <summary>An operation that the hostile account repeats on many connections, as fast as the server answers.</summary>
internal sealed record Flood(string Name, Func<SignedHead, byte[]> Make)
{
    private const string Vault = $"/-/vaults/{HostileServer.HostileVault}";

    private const int MaxAnswerBytes = 256 * 1024;

    private static readonly string SomeHash = new('0', 64);

    /// <summary>One operation of each kind: reads, writes, jobs, lists, bytes, and unsigned requests.</summary>
    public static IReadOnlyList<Flood> All { get; } =
    [
        new("ListVaults", heads => heads.Of("GET", "/-/vaults")),
        new("DescribeVault", heads => heads.Of("GET", Vault)),
        new("CreateVault", heads => heads.Of("PUT", Vault)),
        new("DeleteVault", heads => heads.Of("DELETE", "/-/vaults/nowhere")),
        new("ListTagsForVault", heads => heads.Of("GET", $"{Vault}/tags")),
        new("GetVaultLock", heads => heads.Of("GET", $"{Vault}/lock-policy")),
        new("GetVaultAccessPolicy", heads => heads.Of("GET", $"{Vault}/access-policy")),
        new("GetVaultNotifications", heads => heads.Of("GET", $"{Vault}/notification-configuration")),
        new("InitiateMultipartUpload", heads => heads.Of(
            "POST", $"{Vault}/multipart-uploads", 0, ("x-amz-part-size", "1048576"))),
        new("ListMultipartUploads", heads => heads.Of("GET", $"{Vault}/multipart-uploads")),
        new("UploadArchive", heads => [.. heads.Of(
            "POST", $"{Vault}/archives", 4096, ("x-amz-sha256-tree-hash", SomeHash)), .. new byte[4096]]),
        new("UploadMultipartPart", heads => [.. heads.Of(
            "PUT",
            $"{Vault}/multipart-uploads/nowhere",
            4096,
            ("content-range", "bytes 0-4095/*"),
            ("x-amz-sha256-tree-hash", SomeHash)), .. new byte[4096]]),
        new("DeleteArchive", heads => heads.Of("DELETE", $"{Vault}/archives/nowhere")),
        new("InitiateJob", heads => Inventory(heads)),
        new("ListJobs", heads => heads.Of("GET", $"{Vault}/jobs")),
        new("GetJobOutput", heads => heads.Of("GET", $"{Vault}/jobs/nowhere/output")),
        new("GetDataRetrievalPolicy", heads => heads.Of("GET", "/-/policies/data-retrieval")),
        new("ListProvisionedCapacity", heads => heads.Of("GET", "/-/provisioned-capacity")),
        new("unsigned", _ => "GET /-/vaults HTTP/1.1\r\nHost: h\r\nx-amz-glacier-version: 2012-06-01\r\n\r\n"u8.ToArray()),
        new("wrongly signed", heads => [.. heads.Of("GET", "/-/vaults").AsSpan()[..^4], .. "\r\nx-amz-note: 1\r\n\r\n"u8]),
    ];

    public async Task RunAsync(HostileServer server, int connections, CancellationToken cancellationToken)
    {
        var heads = new SignedHead(server.Address.Authority, server.HostileKeyId, server.HostileSecret);
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(
            () => SendAsync(server, heads, cancellationToken), CancellationToken.None)));
    }

    private static byte[] Inventory(SignedHead heads)
    {
        var body = Encoding.ASCII.GetBytes("""{"Type":"inventory-retrieval"}""");
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(body));
        return [.. heads.Of("POST", $"{Vault}/jobs", body.Length, ("x-amz-content-sha256", hash)), .. body];
    }

    /// <summary>Reads a whole answer.</summary>
    /// <returns>Whether the connection stays open.</returns>
    private static async Task<bool> ReceiveAsync(Socket socket, byte[] buffer, CancellationToken cancellationToken)
    {
        var received = 0;
        while (received < buffer.Length)
        {
            var bytes = await socket.ReceiveAsync(buffer.AsMemory(received), cancellationToken);
            if (bytes == 0)
            {
                return false;
            }

            received += bytes;
            if (LengthOf(buffer.AsSpan(0, received)) is { } length && received >= length)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The length of an answer, head and body; null until its head has arrived.</summary>
    private static int? LengthOf(ReadOnlySpan<byte> answer)
    {
        var headBytes = answer.IndexOf("\r\n\r\n"u8);
        if (headBytes < 0)
        {
            return null;
        }

        var header = "Content-Length: "u8;
        var at = answer[..headBytes].IndexOf(header);
        var bodyBytes = 0;
        return at >= 0 && !System.Buffers.Text.Utf8Parser.TryParse(answer[(at + header.Length)..], out bodyBytes, out _)
            ? null
            : headBytes + 4 + bodyBytes;
    }

    private async Task SendAsync(HostileServer server, SignedHead heads, CancellationToken cancellationToken)
    {
        var answer = new byte[MaxAnswerBytes];
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(server.EndPoint, cancellationToken);
                while (true)
                {
                    await socket.SendAsync(Make(heads), cancellationToken);
                    if (!await ReceiveAsync(socket, answer, cancellationToken))
                    {
                        break;
                    }
                }
            }
            catch (Exception fault) when (fault is SocketException or OperationCanceledException)
            {
            }
        }
    }
}
