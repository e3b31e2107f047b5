using System.Text.RegularExpressions;

namespace OrleansUploads.Gateway.Tests.Glacier;

public sealed partial class VaultTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    [Fact]
    public async Task A_vault_is_created_described_and_deleted()
    {
        var created = (await gateway.SendAsync(Requests.CreateVault("Photos_2026.x-1"))).Expect(201);
        Assert.Equal("/111122223333/vaults/Photos_2026.x-1", created.Header("Location"));
        Assert.Equal("0", created.Header("Content-Length"));
        Assert.Empty(created.Body);

        var described = (await gateway.SendAsync(Requests.DescribeVault("Photos_2026.x-1"))).Expect(200);
        Assert.Equal("application/json", described.Header("Content-Type"));
        Assert.Equal(
            """
            {"CreationDate":"2026-03-01T12:00:00.000Z","LastInventoryDate":null,"NumberOfArchives":0,"SizeInBytes":0,"VaultARN":"arn:aws:glacier:us-east-1:111122223333:vaults/Photos_2026.x-1","VaultName":"Photos_2026.x-1"}
            """,
            described.Text);

        (await gateway.SendAsync(Requests.DeleteVault("Photos_2026.x-1"))).Expect(204);
        (await gateway.SendAsync(Requests.DescribeVault("Photos_2026.x-1"))).ExpectNotFound(
            "Vault not found for ARN: arn:aws:glacier:us-east-1:111122223333:vaults/Photos_2026.x-1");
    }

    [Fact]
    public async Task The_size_of_a_vault_includes_the_overhead_of_each_archive()
    {
        var vault = await gateway.NewVaultAsync();
        await gateway.NewArchiveAsync(vault, Requests.Bytes(10));
        var described = (await gateway.SendAsync(Requests.DescribeVault(vault))).Json;
        Assert.Equal(1, described.GetProperty("NumberOfArchives").GetInt64());
        Assert.Equal(10 + 32768, described.GetProperty("SizeInBytes").GetInt64());
        Assert.Equal("2026-03-01T12:00:00.000Z", described.GetProperty("LastInventoryDate").GetString());
    }

    [Fact]
    public async Task The_uploads_of_a_deleted_vault_are_not_found_also_in_a_new_vault_of_the_same_name()
    {
        var vault = await gateway.NewVaultAsync();
        var uploads = new List<string>();
        for (var i = 0; i < 40; i++)
        {
            uploads.Add(await gateway.NewUploadAsync(vault));
            (await gateway.SendAsync(Requests.Part(vault, uploads[i], 0, Requests.Bytes(10)))).Expect(204);
        }

        (await gateway.SendAsync(Requests.DeleteVault(vault))).Expect(204);
        await ExpectNoneAsync();
        (await gateway.SendAsync(Requests.CreateVault(vault))).Expect(201);
        await ExpectNoneAsync();
        Assert.Empty((await gateway.SendAsync(Requests.ListUploads(vault))).Json.GetProperty("UploadsList").EnumerateArray());

        var upload = await gateway.NewUploadAsync(vault);
        (await gateway.SendAsync(Requests.Part(vault, upload, 0, Requests.Bytes(10)))).Expect(204);
        (await gateway.SendAsync(Requests.Complete(vault, upload, Requests.Bytes(10)))).Expect(201);

        async Task ExpectNoneAsync()
        {
            foreach (var ended in uploads)
            {
                (await gateway.SendAsync(Requests.Part(vault, ended, 0, Requests.Bytes(10)))).ExpectNotFound("");
                (await gateway.SendAsync(Requests.ListParts(vault, ended))).ExpectNotFound("");
                (await gateway.SendAsync(Requests.Complete(vault, ended, Requests.Bytes(10)))).ExpectNotFound("");
                (await gateway.SendAsync(Requests.Abort(vault, ended))).ExpectNotFound("");
            }
        }
    }

    [Theory]
    [InlineData(1, 201)]
    [InlineData(254, 201)]
    [InlineData(255, 201)]
    [InlineData(256, 400)]
    public async Task A_name_has_1_to_255_characters(int chars, int status)
    {
        var answer = (await gateway.SendAsync(Requests.CreateVault(new string('n', chars)))).Expect(status);
        Assert.Equal(status == 400 ? "InvalidParameterValueException" : null, answer.Code);
    }

    [Theory]
    [InlineData("a%20b")]
    [InlineData("a%2Fb")]
    [InlineData("%C3%A4")]
    [InlineData("a*b")]
    [InlineData("a+b")]
    public async Task An_invalid_name_cannot_be_created_and_is_otherwise_not_found(string name)
    {
        (await gateway.SendAsync(Requests.CreateVault(name))).ExpectInvalid("1 to 255 characters");
        (await gateway.SendAsync(Requests.DescribeVault(name))).ExpectNotFound("Vault not found for ARN");
        (await gateway.SendAsync(Requests.ListParts(name, "x"))).ExpectNotFound("Vault not found for ARN");
    }

    [Fact]
    public async Task Every_answer_has_its_own_request_ID()
    {
        ApiRequest[] requests =
            [Requests.ListVaults(), Requests.DescribeVault("never-was"), new("GET", "/nothing"), new("BREW", "/-/vaults")];
        var ids = new HashSet<string>();
        foreach (var request in requests)
        {
            var id = (await gateway.SendAsync(request)).Header("x-amzn-RequestId");
            Assert.Matches(RequestIdPattern(), id);
            Assert.True(ids.Add(id!));
        }
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{47}$")]
    private static partial Regex RequestIdPattern();
}
