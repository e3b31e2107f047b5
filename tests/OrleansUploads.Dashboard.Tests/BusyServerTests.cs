using OrleansUploads.Gateway;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Dashboard.Tests;

/// <summary>A server whose only place for a body is taken. The page sends again what has the status 429, and gives up after another one
/// below 500.</summary>
public sealed class BusyServerTests : SignedInServer
{
    protected override GatewaySetup Setup =>
        new() { Options = new GatewayOptions { OperatorAccount = GatewaySetup.Account, MaxConcurrentBodies = 1, MaxWaitingBodies = 0 } };

    [Fact]
    public async Task A_part_for_which_there_is_no_place_is_to_be_sent_again()
    {
        var upload = (await BrowseAsync("POST", "/dashboard/api/buckets/my-bucket/uploads?key=k", Session, body: "{}"))
            .Expect(200).Json.GetProperty("id").GetString()!;
        await using var other = await Server.BeginAsync(
            UploadArchive("mine", Bytes(7)).With("Content-Length", "7").With("Expect", "100-continue"));
        Assert.Equal(100, (await other.ReadAsync()).Status);

        var refused = await BrowseAsync("PUT", $"/dashboard/api/buckets/my-bucket/uploads/{upload}/parts/1?key=k", Session, body: "x");

        Assert.Equal("ThrottlingException", refused.Expect(429).Code);
        Assert.Equal("5", refused.Header("Retry-After"));
    }
}
