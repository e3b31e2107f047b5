using System.Xml.Linq;
using OrleansUploads.Signing;
using static OrleansUploads.Gateway.Tests.S3.S3Server;

namespace OrleansUploads.Gateway.Tests.S3;

public sealed class S3AccessTests(S3Server s3) : IClassFixture<S3Server>
{
    [Fact]
    public async Task Both_protocols_have_one_address()
    {
        (await s3.Server.SendAsync(Requests.CreateVault("v"))).Expect(201);
        await s3.NewBucketAsync();
        (await s3.Server.SendAsync(new ApiRequest("GET", "/-/vaults"), [])).ExpectError(400, "MissingAuthenticationTokenException", "");
        ExpectError(await s3.Server.SendAsync(new ApiRequest("GET", "/bucket/key"), []), 403, "AccessDenied");
    }

    [Theory]
    [InlineData("vaults/2026.csv")]
    [InlineData("policies/a/b")]
    [InlineData("provisioned-capacity")]
    public async Task Without_signatures_a_key_may_look_like_a_path_of_the_vault_API(string key)
    {
        var setup = new GatewaySetup();
        await using var server = await GatewayServer.StartAsync(
            setup with { Options = setup.Options with { AnonymousAccount = GatewaySetup.Account } }, services => services.AddS3Front());
        (await server.SendAsync(new ApiRequest("PUT", "/photos"), [])).Expect(200);
        Assert.NotNull((await server.SendAsync(new ApiRequest("PUT", $"/photos/{key}").WithBody([1, 2]), [])).Expect(200).Header("ETag"));

        Assert.Equal([1, 2], (await server.SendAsync(new ApiRequest("GET", $"/photos/{key}"), [])).Expect(200).Body);

        (string, string)[] version = [("x-amz-glacier-version", "2012-06-01")];
        Assert.Contains("VaultList", (await server.SendAsync(new ApiRequest("GET", $"/{GatewaySetup.Account}/vaults"), version)).Expect(200).Text);
    }

    [Fact]
    public async Task Wrong_credentials_have_their_codes()
    {
        ExpectError(await s3.SendAsync("GET", "/", signer: Owner with { SecretKey = "wrong" }), 403, "SignatureDoesNotMatch");
        ExpectError(await s3.SendAsync("GET", "/", signer: Owner with { AccessKeyId = "AKIANOBODY" }), 403, "InvalidAccessKeyId");
        ExpectError(await s3.SendAsync("GET", "/", signer: Owner with { Ahead = TimeSpan.FromHours(1) }), 403, "RequestTimeTooSkewed");
        ExpectError(
            await s3.Server.SendAsync(Request("GET", "/", null).With("x-amz-content-sha256", null), Owner), 400, "InvalidRequest");
        Assert.Empty((await s3.SendAsync("HEAD", "/b", signer: Owner with { SecretKey = "wrong" })).Expect(403).Body);
    }

    /// <summary>s3cmd signs with Version 4 if the message is exactly Amazon's. The AWS CLI says what to do.</summary>
    [Fact]
    public async Task A_signature_of_version_2_is_refused_with_the_words_that_clients_know()
    {
        var answer = await s3.Server.SendAsync(
            new ApiRequest("GET", "/"), [.. Unsigned(), ("authorization", $"AWS {Harness.Signer.KeyId}:c2lnbmF0dXJl")]);
        ExpectError(answer, 400, "InvalidRequest");
        Assert.Equal(
            "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
            XDocument.Parse(answer.Text).Root!.Element("Message")!.Value);
    }

    [Fact]
    public async Task A_form_is_not_implemented_however_it_is_signed()
    {
        var bucket = await s3.NewBucketAsync();
        (string, string)[] form = [.. Unsigned(), ("content-type", "multipart/form-data; boundary=b")];
        ExpectError(await PostAsync($"/{bucket}"), 501, "NotImplemented");
        ExpectError(await PostAsync("/"), 403, "AccessDenied");
        ExpectError(await PostAsync($"/{bucket}?delete"), 403, "AccessDenied");
        ExpectError(await PostAsync($"/{bucket}/k?uploads"), 403, "AccessDenied");

        Task<ApiAnswer> PostAsync(string target) =>
            s3.Server.SendAsync(new ApiRequest("POST", target).WithBody("--b--"u8.ToArray()), form);
    }

    [Fact]
    public async Task Only_presigned_URLs_have_headers_in_their_query()
    {
        var target = $"/{await s3.NewBucketAsync()}/k";
        (await s3.SendAsync("PUT", target + "?x-amz-meta-colour=blue")).Expect(200);
        Assert.Null((await s3.GetAsync(target)).Expect(200).Header("x-amz-meta-colour"));
    }

    [Fact]
    public async Task A_request_for_another_service_gets_an_error_that_its_client_can_read()
    {
        var sts = new SigningRules { Service = "sts", Path = PathRule.EncodeAsSent, SignedWhenPresent = [] };
        var request = new ApiRequest("POST", "/").WithBody("Action=GetCallerIdentity&Version=2011-06-15"u8.ToArray())
            .With("x-amz-glacier-version", null).With("x-amz-content-sha256", null);
        var answer = (await s3.Server.SendAsync(request, Owner with { Rules = sts })).Expect(400);
        var error = XDocument.Parse(answer.Text).Root!;
        Assert.Equal("ErrorResponse", error.Name.LocalName);
        Assert.Equal("AuthorizationHeaderMalformed", error.Element("Error")!.Element("Code")!.Value);
        Assert.Contains("'s3'", error.Element("Error")!.Element("Message")!.Value, StringComparison.Ordinal);
    }

    private (string, string)[] Unsigned() => [("host", s3.Server.EndPoint.ToString())];
}
