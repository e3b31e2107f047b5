using System.Net;
using OrleansUploads.Client;
using OrleansUploads.Client.Models;
using OrleansUploads.Client.Sources;
using OrleansUploads.Hashing;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Tests.Client;

public class RequestShapeTests
{
    private const string HelloHash = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    private const string Vaults = "/-/vaults";

    private static readonly HashedBody Hello = HashedBody.Of("hello"u8.ToArray());
    private static readonly TreeHash HelloTree = Hello.TreeHash;

    public static TheoryData<string, Func<GlacierClient, Task>, string[]> Requests => new()
    {
        { $"PUT {Vaults}/v.1", c => c.CreateVaultAsync("v.1"), [] },
        { $"GET {Vaults}/v", c => c.DescribeVaultAsync("v"), [] },
        { $"DELETE {Vaults}/v", c => c.DeleteVaultAsync("v"), [] },
        { $"GET {Vaults}", c => c.ListVaultsAsync().ToListAsync().AsTask(), [] },
        {
            $"POST {Vaults}/v/archives", c => c.UploadArchiveAsync("v", Hello, "two  spaces"),
            ["x-amz-archive-description: two  spaces", $"x-amz-sha256-tree-hash: {HelloHash}"]
        },
        { $"DELETE {Vaults}/v/archives/a-1_", c => c.DeleteArchiveAsync("v", "a-1_"), [] },
        {
            $"POST {Vaults}/v/multipart-uploads", c => c.InitiateMultipartUploadAsync("v", 1 << 20, "d"),
            ["x-amz-archive-description: d", "x-amz-part-size: 1048576"]
        },
        {
            $"POST {Vaults}/v/multipart-uploads", c => c.InitiateMultipartUploadAsync("v", 1 << 20, totalBytes: 5),
            ["x-amz-part-size: 1048576", "x-orleans-uploads-total-length: 5"]
        },
        {
            $"POST {Vaults}/v/multipart-uploads", c => c.InitiateMultipartUploadAsync("v", 1 << 20, createKey: "k"),
            ["x-amz-part-size: 1048576", "x-orleans-uploads-create-key: k"]
        },
        {
            $"PUT {Vaults}/v/multipart-uploads/u", c => c.UploadPartAsync("v", "u", 1 << 20, Hello),
            ["Content-Range: bytes 1048576-1048580/*", $"x-amz-sha256-tree-hash: {HelloHash}"]
        },
        {
            $"POST {Vaults}/v/multipart-uploads/u", c => c.CompleteMultipartUploadAsync("v", "u", 5, HelloTree),
            ["x-amz-archive-size: 5", $"x-amz-sha256-tree-hash: {HelloHash}"]
        },
        { $"DELETE {Vaults}/v/multipart-uploads/u", c => c.AbortMultipartUploadAsync("v", "u"), [] },
        {
            $"GET {Vaults}/v/multipart-uploads/u", c => c.DescribeUploadAsync("v", "u", TimeSpan.FromSeconds(7)),
            ["x-orleans-uploads-status: wait=7"]
        },
        { $"GET {Vaults}/v/multipart-uploads/u", c => c.ListPartsAsync("v", "u").ToListAsync().AsTask(), [] },
        { $"GET {Vaults}/v/multipart-uploads", c => c.ListMultipartUploadsAsync("v").ToListAsync().AsTask(), [] },
        {
            $"POST {Vaults}/v/jobs",
            c => c.InitiateArchiveRetrievalAsync("v", "a", new ByteRange(0, 1 << 20), ArchiveRetrievalTier.Bulk, "d"),
            [
                "Content-Type: application/json",
                """body: {"Type":"archive-retrieval","ArchiveId":"a","Description":"d","Tier":"Bulk","RetrievalByteRange":"0-1048575"}""",
            ]
        },
        {
            $"POST {Vaults}/v/jobs", c => c.InitiateInventoryRetrievalAsync("v"),
            ["Content-Type: application/json", """body: {"Type":"inventory-retrieval"}"""]
        },
        { $"GET {Vaults}/v/jobs/j", c => c.DescribeJobAsync("v", "j"), [] },
        { $"GET {Vaults}/v/jobs", c => c.ListJobsAsync("v").ToListAsync().AsTask(), [] },
        { $"GET {Vaults}/v/jobs/j/output", c => c.GetJobOutputAsync("v", "j"), [] },
        {
            $"GET {Vaults}/v/jobs/j/output", c => c.GetJobOutputAsync("v", "j", new ByteRange(5, 10)),
            ["Range: bytes=5-9"]
        },
        { $"GET {Vaults}/v/notification-configuration", c => c.GetVaultNotificationsAsync("v"), [] },
        {
            $"PUT {Vaults}/v/notification-configuration",
            c => c.SetVaultNotificationsAsync("v", new VaultNotificationConfig("arn:t", [NotificationEvent.InventoryRetrievalCompleted])),
            ["Content-Type: application/json", """body: {"SNSTopic":"arn:t","Events":["InventoryRetrievalCompleted"]}"""]
        },
        { $"DELETE {Vaults}/v/notification-configuration", c => c.DeleteVaultNotificationsAsync("v"), [] },
        { "GET /-/policies/data-retrieval", c => c.GetDataRetrievalPolicyAsync(), [] },
        {
            "PUT /-/policies/data-retrieval",
            c => c.SetDataRetrievalPolicyAsync(new DataRetrievalRule(DataRetrievalStrategy.BytesPerHour, 5)),
            ["Content-Type: application/json", """body: {"Policy":{"Rules":[{"Strategy":"BytesPerHour","BytesPerHour":5}]}}"""]
        },
        { "GET /-/provisioned-capacity", c => c.ListProvisionedCapacityAsync(), [] },
        { "POST /-/provisioned-capacity", c => c.PurchaseProvisionedCapacityAsync(), [] },
    };

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(Requests))]
    public async Task Each_operation_sends_its_documented_signed_request(
        string requestLine, Func<GlacierClient, Task> call, string[] specificLines)
    {
        var server = new ScriptedServer().Answers(HttpStatusCode.Forbidden, ScriptedServer.Error("AccessDeniedException"));
        using var client = server.Connect();

        var refusal = await Assert.ThrowsAsync<GlacierException>(() => call(client));

        Assert.Equal(GlacierErrorCodes.AccessDenied, refusal.Code);
        var request = Assert.Single(server.Received);
        Assert.Equal(requestLine, $"{request.Method} {request.Target}");
        Assert.Equal(SignatureOutcome.Verified, request.Verify(server.Time.GetUtcNow()).Outcome);
        Assert.Equal(specificLines, SpecificLines(request));
        AssertCommonHeaders(request);
    }

    [Fact]
    public async Task All_headers_except_transport_headers_are_signed()
    {
        var server = new ScriptedServer().Answers(HttpStatusCode.NoContent);
        using var client = server.Connect();
        await client.UploadPartAsync("v", "u", 0, Hello);

        var sent = server.Received[0].Header("authorization");
        Assert.True(AuthorizationHeader.TryParse(sent, out var authorization, out _));
        Assert.Equal(
            [
                "content-range", "host", "x-amz-content-sha256", "x-amz-date", "x-amz-glacier-version",
                "x-amz-sha256-tree-hash",
            ],
            authorization.SignedHeaders);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a b")]
    [InlineData("ü")]
    public async Task An_invalid_vault_name_is_not_sent(string vault)
    {
        using var client = new ScriptedServer().Connect();
        var refused = await Assert.ThrowsAnyAsync<ArgumentException>(() => client.DeleteVaultAsync(vault));
        Assert.Contains($"'{vault}' is not a valid vault name.", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(255, true)]
    [InlineData(256, false)]
    public async Task A_vault_name_has_at_most_255_characters(int chars, bool sent)
    {
        var server = new ScriptedServer().Answers(HttpStatusCode.NoContent);
        using var client = server.Connect();
        var failure = await Record.ExceptionAsync(() => client.DeleteVaultAsync(new string('v', chars)));
        Assert.Equal(sent, failure is null);
        Assert.Equal(sent ? 1 : 0, server.Received.Count);
    }

    [Theory]
    [InlineData("line\nbreak")]
    [InlineData("ü")]
    [InlineData("\x7f")]
    public async Task A_description_that_is_not_printable_ascii_is_not_sent(string description)
    {
        using var client = new ScriptedServer().Connect();
        await Assert.ThrowsAsync<ArgumentException>(() => client.UploadArchiveAsync("v", Hello, description));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("ü")]
    public async Task An_invalid_create_key_is_not_sent(string createKey)
    {
        using var client = new ScriptedServer().Connect();
        var refused = await Assert.ThrowsAsync<ArgumentException>(
            () => client.InitiateMultipartUploadAsync("v", 1 << 20, createKey: createKey));
        Assert.Contains($"The create key '{createKey}' must", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_argument_is_named_and_not_sent()
    {
        using var client = new ScriptedServer().Connect();
        var missing = new (string Name, Func<Task> Call)[]
        {
            ("tags", () => client.AddTagsAsync("v", null!)),
            ("keys", () => client.RemoveTagsAsync("v", null!)),
            ("policy", () => client.SetAccessPolicyAsync("v", null!)),
            ("policy", () => client.InitiateVaultLockAsync("v", null!)),
            ("parts", () => client.GrantWritesAsync("v", "u", null!)),
            ("archiveId", () => client.DeleteArchiveAsync("v", null!)),
            ("uploadId", () => client.AbortMultipartUploadAsync("v", null!)),
        };
        foreach (var (name, call) in missing)
        {
            Assert.Equal(name, (await Assert.ThrowsAsync<ArgumentNullException>(call)).ParamName);
        }
    }

    public static TheoryData<string, Func<GlacierClientOptions, GlacierClientOptions>> InvalidOptions => new()
    {
        { "The endpoint ''", static options => options with { Endpoint = null! } },
        { "Region is missing", static options => options with { Region = "" } },
        { "AccessKeyId is missing", static options => options with { AccessKeyId = null! } },
        { "AccessKeyId has a blank, a line end", static options => options with { AccessKeyId = "AK\n" } },
        { "AccountId is missing", static options => options with { AccountId = "" } },
        { "SecretAccessKey is missing", static options => options with { SecretAccessKey = null! } },
        { "SecretAccessKey begins or ends with white space", static options => options with { SecretAccessKey = "s\r\n" } },
        { "SessionToken has a blank, a line end", static options => options with { SessionToken = "t " } },
        { "Retry is missing", static options => options with { Retry = null! } },
        { "TimeProvider is missing", static options => options with { TimeProvider = null! } },
        { "IdleTimeout must be longer than zero", static options => options with { IdleTimeout = TimeSpan.Zero } },
        { "IdleTimeout must be longer than zero", static options => options with { IdleTimeout = TimeSpan.MaxValue } },
    };

    [Theory]
    [MemberData(nameof(InvalidOptions))]
    public void An_invalid_option_is_named_when_the_client_is_created(
        string message, Func<GlacierClientOptions, GlacierClientOptions> change)
    {
        var refused = Assert.ThrowsAny<ArgumentException>(() => new ScriptedServer().Connect(change));
        Assert.StartsWith(message, refused.Message, StringComparison.Ordinal);
        Assert.Equal("options", refused.ParamName);
    }

    [Theory]
    [InlineData("ftp://host")]
    [InlineData("http://host/?query")]
    public void An_endpoint_with_another_scheme_or_a_query_is_rejected(string endpoint) =>
        Assert.Throws<ArgumentException>(() =>
            new ScriptedServer().Connect(options => options with { Endpoint = new Uri(endpoint) }));

    [Fact]
    public void The_text_of_options_does_not_contain_the_secret()
    {
        GlacierClientOptions? captured = null;
        using var client = new ScriptedServer().Connect(options => captured = options);
        Assert.DoesNotContain(ReceivedRequest.Secret, captured!.ToString(), StringComparison.Ordinal);
    }

    private static void AssertCommonHeaders(ReceivedRequest request)
    {
        Assert.Equal("2012-06-01", request.Header("x-amz-glacier-version"));
        Assert.Equal("vaults.test:9600", request.Header("host"));
        Assert.Equal("20260517T100000Z", request.Header("x-amz-date"));
        Assert.Equal(
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(request.Body)),
            request.Header("x-amz-content-sha256"));
    }

    // The headers specific to the request, in order, and the body of a JSON request.
    private static IEnumerable<string> SpecificLines(ReceivedRequest request)
    {
        string[] common =
        [
            "host", "authorization", "user-agent", "content-length",
            "x-amz-content-sha256", "x-amz-date", "x-amz-glacier-version",
        ];
        var headers =
            from header in request.Headers
            let name = header.Key.ToUpperInvariant()
            where !common.Contains(header.Key, StringComparer.OrdinalIgnoreCase)
            orderby name
            select $"{header.Key}: {header.Value}";
        var isJson = request.Header("content-type") is not null;
        return isJson ? headers.Append("body: " + System.Text.Encoding.UTF8.GetString(request.Body)) : headers;
    }
}
