using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <summary>Requests that ordinary client libraries never send.</summary>
public sealed class WireTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private const long MaxBytes = 4L * 1024 * MiB;

    [Fact]
    public async Task An_invalid_request_is_refused_before_its_body_is_sent()
    {
        var vault = await gateway.NewVaultAsync();
        var archive = Expecting(UploadArchive(vault, Bytes(7)), MaxBytes);
        foreach (var (request, status) in new[]
        {
            (archive.With("x-amz-sha256-tree-hash", "12"), 400),
            (archive.With("x-amz-archive-description", "a\tb"), 400),
            (archive.With("x-amz-glacier-version", "2"), 400),
            (Expecting(Part(vault, new string('u', 92), 0, Bytes(7)), 7), 404),
        })
        {
            await using var connection = await gateway.Server.BeginAsync(request);
            (await connection.ReadAsync()).Expect(status);
        }

        await using var forged = await gateway.Server.BeginAsync(archive, new Signer { SecretKey = "guess" });
        (await forged.ReadAsync()).ExpectWrongSignature("does not match");
    }

    [Fact]
    public async Task A_valid_upload_is_answered_with_100_Continue()
    {
        var vault = await gateway.NewVaultAsync();
        await using var connection = await gateway.Server.BeginAsync(Expecting(UploadArchive(vault, Bytes(7)), 7));
        Assert.Equal(100, (await connection.ReadAsync()).Status);
        await connection.SendAsync(Bytes(7));
        (await connection.ReadAsync()).Expect(201);
    }

    [Theory]
    [InlineData(MaxBytes - 1, 100)]
    [InlineData(MaxBytes, 100)]
    [InlineData(MaxBytes + 1, 400)]
    public async Task An_archive_in_one_request_has_at_most_4_GiB(long bytes, int status)
    {
        var vault = await gateway.NewVaultAsync();
        await using var connection = await gateway.Server.BeginAsync(Expecting(UploadArchive(vault, Bytes(7)), bytes));
        var answer = (await connection.ReadAsync()).Expect(status);
        Assert.Equal(
            status == 100
                ? ""
                : "Invalid Content-Length: 4294967297. An archive in one request has 1 to 4294967296 bytes.",
            answer.Message);
    }

    [Fact]
    public async Task A_chunked_body_is_refused()
    {
        var (vault, upload) = await gateway.OpenUploadAsync();
        foreach (var request in new[] { UploadArchive(vault, Bytes(7)), Part(vault, upload, 0, Bytes(7)) })
        {
            await using var connection = await gateway.Server.BeginAsync(request.With("Transfer-Encoding", "chunked"));
            await SendChunkedAsync(connection, request.Body);
            (await connection.ReadAsync()).ExpectMissing("Transfer-Encoding: chunked are not accepted");
        }
    }

    [Fact]
    public async Task A_small_document_may_be_chunked()
    {
        var vault = await gateway.NewVaultAsync();
        var request = Retrieve(vault, await gateway.NewArchiveAsync(vault, Bytes(1)));
        await using var connection = await gateway.Server.BeginAsync(request.With("Transfer-Encoding", "chunked"));
        await SendChunkedAsync(connection, request.Body);
        (await connection.ReadAsync()).Expect(202);
    }

    [Theory]
    [InlineData(64 * 1024, null)]
    [InlineData(128 * 1024, null)]
    [InlineData((128 * 1024) + 1, "close")]
    public async Task A_refusal_closes_the_connection_if_the_rest_of_the_body_is_too_long(int bytes, string? connection)
    {
        var request = InitiateJob(await gateway.NewVaultAsync(), "").WithBody(new byte[bytes]);
        Assert.Equal(connection, (await gateway.SendAsync(request)).Expect(400).Header("Connection"));
    }

    [Theory]
    [InlineData(-1, 202)]
    [InlineData(0, 202)]
    [InlineData(1, 400)]
    public async Task A_document_has_at_most_64_KiB(int offset, int status)
    {
        var vault = await gateway.NewVaultAsync();
        var document = Retrieve(vault, await gateway.NewArchiveAsync(vault, Bytes(1)));
        var padding = new byte[(64 * 1024) + offset - document.Body.Length];
        Array.Fill(padding, (byte)' ');
        var request = document.WithBody([.. document.Body, .. padding]);
        (await gateway.SendAsync(request)).Expect(status);
        (await gateway.SendAsync(request.With("x-amz-content-sha256", LinearHashOf(request.Body)))).Expect(status);

        await using var chunked = await gateway.Server.BeginAsync(request.With("Transfer-Encoding", "chunked"));
        await SendChunkedAsync(chunked, request.Body);
        var answer = (await chunked.ReadAsync()).Expect(status);
        Assert.Equal(status == 400 ? "InvalidParameterValueException" : null, answer.Code);
    }

    [Theory]
    [InlineData(-1, 200)]
    [InlineData(0, 200)]
    [InlineData(1, 400)]
    public async Task Headers_have_at_most_16_KiB(int offset, int status)
    {
        var request = ListVaults();
        var signed = new Signer().Sign(request.With("x-padding", ""), "h", gateway.Clock.Now);
        var bytes = signed.Sum(header => header.Name.Length + header.Value.Length + 4);
        var padded = request.With("x-padding", new string('p', (16 * 1024) + offset - bytes));
        await using var connection = await RawConnection.OpenAsync(gateway.Server.EndPoint);
        await connection.SendHeadAsync(padded, new Signer().Sign(padded, "h", gateway.Clock.Now));
        var answer = (await connection.ReadAsync()).Expect(status);
        Assert.Equal(status == 400 ? "BadRequest" : null, answer.Code);
    }

    [Theory]
    [InlineData("/-/vaults/..")]
    [InlineData("/-/vaults/%2E%2e")]
    [InlineData("/-/./vaults")]
    public async Task A_path_with_dot_segments_is_an_unknown_operation(string target)
    {
        await using var connection = await gateway.Server.BeginAsync(new ApiRequest("GET", target));
        (await connection.ReadAsync()).ExpectError(404, "UnknownOperationException", "There is no operation");
    }

    [Theory]
    [InlineData("x\r\n")]
    [InlineData("-1\r\n")]
    [InlineData("fffffffffffffffff\r\n")]
    public async Task A_chunk_with_an_invalid_size_is_refused(string chunks)
    {
        var request = InitiateJob(await gateway.NewVaultAsync(), "").With("Transfer-Encoding", "chunked");
        await using var connection = await gateway.Server.BeginAsync(request);
        await connection.SendAsync(Encoding.ASCII.GetBytes(chunks));
        (await connection.ReadAsync()).ExpectError(400, "BadRequest", "");
    }

    /// <summary>Announces a body of this length and waits for 100 Continue before sending it.</summary>
    private static ApiRequest Expecting(ApiRequest request, long bodyBytes) => request
        .With("Content-Length", bodyBytes.ToString(CultureInfo.InvariantCulture))
        .With("Expect", "100-continue");

    private static async Task SendChunkedAsync(RawConnection connection, byte[] body)
    {
        var size = body.Length.ToString("x", CultureInfo.InvariantCulture);
        byte[] chunks = [.. Encoding.ASCII.GetBytes($"{size}\r\n"), .. body, .. "\r\n0\r\n\r\n"u8];
        await connection.SendAsync(chunks);
    }
}
