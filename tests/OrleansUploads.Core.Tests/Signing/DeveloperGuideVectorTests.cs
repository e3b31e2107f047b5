using System.Security.Cryptography;

namespace OrleansUploads.Core.Tests.Signing;

/// <summary>The two worked examples of the Glacier developer guide.</summary>
public class DeveloperGuideVectorTests
{
    private const string BodyHash = "726e392cb4d09924dbad1cc0ba3b00c3643d03d14cb4b823e2f041cff612a628";

    private static readonly ExampleRequest CreateVault = new();

    private static readonly ExampleRequest UploadArchive = new ExampleRequest
    {
        Method = "POST",
        Target = "/-/vaults/examplevault/archives",
        PayloadHash = BodyHash,
        SignedHeaders = ["host", "x-amz-content-sha256", "x-amz-date", "x-amz-glacier-version"],
    }.With("x-amz-date", "20120507T000000Z").With("x-amz-content-sha256", BodyHash);

    [Fact]
    public void Creating_a_vault_has_the_guides_canonical_request()
    {
        var expected = """
            PUT
            /-/vaults/examplevault

            host:glacier.us-east-1.amazonaws.com
            x-amz-date:20120525T002453Z
            x-amz-glacier-version:2012-06-01

            host;x-amz-date;x-amz-glacier-version
            e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
            """;

        Assert.Equal(expected, CreateVault.Canonical());
        Assert.Equal(
            "5f1da1a2d0feb614dd03d71e87928b8e449ac87614479332aced3a701f916743",
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(CreateVault.Canonical()))));
    }

    [Fact]
    public void Creating_a_vault_has_the_guides_signature() =>
        Assert.Equal(
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20120525/us-east-1/glacier/aws4_request, "
            + "SignedHeaders=host;x-amz-date;x-amz-glacier-version, "
            + "Signature=3ce5b2f2fffac9262b4da9256f8d086b4aaf42eba5f111c21681a65a127b7c2a",
            CreateVault.Sign().ToString());

    [Fact]
    public void Uploading_an_archive_has_the_guides_signature() =>
        Assert.Equal(
            "b092397439375d59119072764a1e9a144677c43d9906fd98a5742c57a2855de6",
            Convert.ToHexStringLower(UploadArchive.Sign().Signature));

    [Fact]
    public void Both_examples_are_verified_from_their_text()
    {
        Assert.True(CreateVault.Verify(ExampleRequest.Parse(CreateVault.Sign().ToString())).IsVerified);
        Assert.True(UploadArchive.Verify(
            ExampleRequest.Parse(UploadArchive.Sign().ToString()),
            new DateTimeOffset(2012, 5, 7, 0, 0, 0, TimeSpan.Zero)).IsVerified);
    }
}
