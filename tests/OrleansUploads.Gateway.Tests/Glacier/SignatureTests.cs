using OrleansUploads.Core.Service;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

public sealed class SignatureTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private static readonly TimeSpan Tolerance = ClockFault.RequestBound;

    [Fact]
    public async Task A_request_without_authorization_is_refused() =>
        (await gateway.Server.SendAsync(ListVaults(), [("x-amz-glacier-version", "2012-06-01")])).ExpectError(
            400, "MissingAuthenticationTokenException", "no Authorization header");

    [Theory]
    [InlineData("?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=x")]
    [InlineData("?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA%2F20261120%2Fus-east-1%2Fglacier%2Faws4_request"
        + "&X-Amz-Date=20261120T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host"
        + "&X-Amz-Signature=0000000000000000000000000000000000000000000000000000000000000000")]
    public async Task A_presigned_URL_is_refused_as_such(string query) =>
        (await gateway.Server.SendAsync(ListVaults(query), [])).ExpectError(
            400, "IncompleteSignatureException", "This API has no presigned URLs. Sign the headers of the request.");

    [Theory]
    [InlineData("Basic dXNlcjpwYXNz", "must begin with 'AWS4-HMAC-SHA256 '")]
    [InlineData("AWS4-HMAC-SHA256 Credential=a", "key/yyyyMMdd/region/service/aws4_request")]
    [InlineData("AWS4-HMAC-SHA256 nonsense", "Credential, SignedHeaders and Signature")]
    public async Task A_malformed_authorization_is_refused_as_incomplete(string value, string message) =>
        (await gateway.Server.SendAsync(ListVaults(), [("Authorization", value)])).ExpectError(
            400, "IncompleteSignatureException", message);

    [Fact]
    public async Task An_unknown_key_is_refused() =>
        (await gateway.SendAsync(ListVaults(), new Signer { AccessKeyId = "AKIASTRANGER" })).ExpectError(
            400, "UnrecognizedClientException", "AKIASTRANGER is not known");

    [Fact]
    public async Task A_wrong_secret_is_refused() =>
        (await gateway.SendAsync(ListVaults(), new Signer { SecretKey = "guess" })).ExpectWrongSignature(
            "The request signature we calculated does not match the signature you provided.");

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [Promise("operations.md", "the clock is wrong by more than 15 minutes")]
    [Promise("cluster.md", "a clock is wrong by more than 15 minutes")]
    [Promise("operations.md", "a request's signature (15 minutes)")]
    public async Task A_clock_may_differ_by_15_minutes(int direction)
    {
        var second = TimeSpan.FromSeconds(1);
        foreach (var skew in new[] { Tolerance - second, Tolerance })
        {
            (await gateway.SendAsync(ListVaults(), new Signer { Ahead = direction * skew })).Expect(200);
        }

        (await gateway.SendAsync(ListVaults(), new Signer { Ahead = direction * (Tolerance + second) })).ExpectWrongSignature(
            direction < 0 ? "Signature expired: 2026" : "Signature not yet current: 2026");
    }

    [Fact]
    public async Task Requests_signed_for_another_region_are_accepted_and_ARNs_stay_the_same()
    {
        var vault = await gateway.NewVaultAsync();
        var described = (await gateway.SendAsync(DescribeVault(vault), new Signer { Region = "eu-west-1" })).Expect(200).Json;
        Assert.StartsWith("arn:aws:glacier:us-east-1:", described.GetProperty("VaultARN").GetString(), StringComparison.Ordinal);
        (await gateway.SendAsync(DescribeVault(vault), new Signer { Region = "eu-west-1", SecretKey = "guess" })).ExpectWrongSignature(
            "does not match");
    }

    [Fact]
    public async Task Another_region_is_refused_if_so_configured()
    {
        await using var server = await GatewayServer.StartAsync(
            new GatewaySetup { Options = new GatewayOptions { AcceptsOtherRegions = false, Region = "mars-1" } });
        (await server.SendAsync(ListVaults(), new Signer { Region = "mars-1" })).Expect(200);
        (await server.SendAsync(ListVaults())).ExpectWrongSignature("This server is in 'mars-1'");
    }

    [Theory]
    [InlineData("x-amz-archive-description")]
    [InlineData("x-amz-date")]
    [InlineData("x-amz-glacier-version")]
    [InlineData("X-Amz-Whatever")]
    public async Task A_header_that_affects_the_operation_must_be_signed(string header)
    {
        var (vault, upload) = await gateway.OpenUploadAsync();
        var request = Part(vault, upload, 0, Bytes(MiB));
        var name = header.ToLowerInvariant();
        var added = name == "x-amz-date" || request.Headers.ContainsKey(name) ? request : request.With(header, "x");

        var refused = await gateway.SendAsync(added, new Signer { UnsignedHeader = name });

        refused.ExpectWrongSignature($"The header {name} must be among the signed headers.");
        (await gateway.SendAsync(added)).Expect(204);
    }

    [Fact]
    public async Task The_hash_of_the_body_is_covered_also_if_its_header_is_not_signed()
    {
        var (vault, upload) = await gateway.OpenUploadAsync();
        var part = Part(vault, upload, 0, Bytes(MiB)).With("x-amz-content-sha256", LinearHashOf(Bytes(MiB)));
        var unsigned = new Signer { UnsignedHeader = "x-amz-content-sha256" };
        (await gateway.SendAsync(part, unsigned)).Expect(204);
        (await SendChangedAsync(part, Bytes(MiB, seed: 2), unsigned)).ExpectWrongSignature("does not match the computed payload hash");
    }

    [Theory]
    [InlineData("content-range")]
    [InlineData("x-amz-sha256-tree-hash")]
    public async Task A_header_that_describes_a_signed_body_need_not_be_signed(string header)
    {
        var (vault, upload) = await gateway.OpenUploadAsync();
        var unsigned = new Signer { UnsignedHeader = header };
        (await gateway.SendAsync(Part(vault, upload, 0, Bytes(MiB)), unsigned)).Expect(204);

        // It is compared with the body, and the completion, which has none, signs the tree hash of the whole.
        (await gateway.SendAsync(Part(vault, upload, 0, Bytes(MiB)).With("x-amz-sha256-tree-hash", TreeHashOf(Bytes(1))), unsigned)).ExpectInvalid(
            "Checksum mismatch");
        (await gateway.SendAsync(Complete(vault, upload, Bytes(MiB)), new Signer { UnsignedHeader = "x-amz-sha256-tree-hash" })).ExpectWrongSignature(
            "The header x-amz-sha256-tree-hash must be among the signed headers.");
        (await gateway.SendAsync(Complete(vault, upload, Bytes(MiB)))).Expect(201);
    }

    [Theory]
    [InlineData("bytes 0-1048575/1048576")]
    [InlineData("bytes 0-1048575/4194304")]
    public async Task The_range_of_a_part_may_have_a_total(string range)
    {
        var (vault, upload) = await gateway.OpenUploadAsync();
        (await gateway.SendAsync(Part(vault, upload, 0, Bytes(MiB)).With("Content-Range", range))).Expect(204);
    }

    [Fact]
    public async Task The_Range_header_need_not_be_signed()
    {
        var vault = await gateway.NewVaultAsync();
        var job = await gateway.NewJobAsync(Retrieve(vault, await gateway.NewArchiveAsync(vault, Bytes(10))));

        (await gateway.SendAsync(GetOutput(vault, job).With("Range", "bytes=0-4"), new Signer { UnsignedHeader = "range" })).Expect(206);
    }

    [Fact]
    public async Task A_changed_body_is_refused_with_and_without_a_payload_hash_header()
    {
        var (vault, archive) = await gateway.StoreArchiveAsync(Bytes(1));
        var request = Retrieve(vault, archive);
        var changed = InitiateJob(vault, """{"Type":"select"}""").Body;
        foreach (var signed in new[] { request, request.With("x-amz-content-sha256", LinearHashOf(request.Body)) })
        {
            var headers = gateway.Server.Sign(signed);
            (await gateway.Server.SendAsync(signed.WithBody(changed), headers)).ExpectWrongSignature("does not match");
            (await gateway.SendAsync(signed)).Expect(202);
        }
    }

    [Fact]
    public async Task A_part_may_leave_out_its_linear_hash_because_its_tree_hash_and_its_length_are_signed()
    {
        var (vault, upload) = await gateway.OpenUploadAsync();
        var part = Part(vault, upload, 0, Bytes(MiB)).With("x-amz-content-sha256", "UNSIGNED-PAYLOAD");

        Assert.Equal("UNSIGNED-PAYLOAD", (await gateway.SendAsync(part)).Expect(204).Header("x-orleans-uploads-accepts"));

        (await gateway.SendAsync(part.With("x-amz-sha256-tree-hash", null))).ExpectMissing("x-amz-sha256-tree-hash");
        foreach (var header in new[] { "x-amz-sha256-tree-hash", "content-range" })
        {
            (await gateway.SendAsync(part, new Signer { UnsignedHeader = header })).ExpectWrongSignature(
                $"The header {header} must be among the signed headers.");
        }

        (await SendChangedAsync(part, Bytes(MiB, seed: 2))).ExpectInvalid("Checksum mismatch");
    }

    [Fact]
    public async Task A_body_of_another_length_with_the_same_tree_hash_is_refused()
    {
        var (vault, upload) = await gateway.OpenUploadAsync(2 * MiB);
        var bytes = Bytes(2 * MiB);
        byte[] leaves = [.. SHA256.HashData(bytes.AsSpan(0, MiB)), .. SHA256.HashData(bytes.AsSpan(MiB))];
        Assert.Equal(TreeHashOf(bytes), TreeHashOf(leaves));

        (await SendChangedAsync(Part(vault, upload, 0, bytes).With("x-amz-content-sha256", "UNSIGNED-PAYLOAD"), leaves)).ExpectInvalid(
            "is incompatible with Content-Length: 64");
        (await SendChangedAsync(UploadArchive(vault, bytes).With("x-amz-content-sha256", "UNSIGNED-PAYLOAD"), leaves)).ExpectInvalid(
            "Invalid x-amz-content-sha256: UNSIGNED-PAYLOAD");
        (await SendChangedAsync(UploadArchive(vault, bytes), leaves)).ExpectWrongSignature(
            "does not match the computed payload hash");
    }

    /// <summary>Sends a request whose body was changed after it was signed.</summary>
    private Task<ApiAnswer> SendChangedAsync(ApiRequest signed, byte[] body, Signer? signer = null)
    {
        var headers = gateway.Server.Sign(signed, signer);
        return gateway.Server.SendAsync(signed.WithBody(body), headers);
    }

    [Theory]
    [InlineData("UNSIGNED-PAYLOAD")]
    [InlineData("STREAMING-AWS4-HMAC-SHA256-PAYLOAD")]
    [InlineData("abc")]
    public async Task An_invalid_payload_hash_is_refused(string value) =>
        (await gateway.SendAsync(ListVaults().With("x-amz-content-sha256", value))).ExpectInvalid(
            $"Invalid x-amz-content-sha256: {value}");

    [Fact]
    public async Task The_API_version_must_be_present_and_supported()
    {
        (await gateway.SendAsync(ListVaults().With("x-amz-glacier-version", null))).ExpectMissing(
            "Required parameter missing: API version");
        (await gateway.SendAsync(ListVaults().With("x-amz-glacier-version", "2012-06-02"))).ExpectInvalid("2012-06-02");
    }

    [Theory]
    [InlineData("/111122223333/vaults", 200)]
    [InlineData("/-/vaults", 200)]
    [InlineData("/111122223334/vaults", 403)]
    [InlineData("/111122223334/nothing", 403)]
    [InlineData("/me/vaults", 403)]
    public async Task The_account_in_the_path_must_be_the_signers(string target, int status)
    {
        var answer = (await gateway.SendAsync(new ApiRequest("GET", target))).Expect(status);
        Assert.Equal(status == 403 ? "AccessDeniedException" : null, answer.Code);
    }

    [Fact]
    public async Task In_anonymous_mode_every_request_uses_the_configured_account()
    {
        var account = Some.AccountNumbered("000000000001");
        await using var server = await GatewayServer.StartAsync(
            new GatewaySetup { Options = new GatewayOptions { AnonymousAccount = account } });
        var created = await server.SendAsync(CreateVault("open"), [("x-amz-glacier-version", "2012-06-01")]);
        Assert.Equal("/000000000001/vaults/open", created.Expect(201).Header("Location"));
        (await server.SendAsync(DescribeVault("open"), new Signer { AccessKeyId = "any" })).Expect(200);

        var wrongHash = UploadArchive("open", Bytes(5)).With("x-amz-content-sha256", LinearHashOf(Bytes(6)));
        (await server.SendAsync(wrongHash)).ExpectWrongSignature("Computed digest");
        (await server.SendAsync(wrongHash.With("x-amz-content-sha256", null))).ExpectMissing("x-amz-content-sha256");
    }
}
