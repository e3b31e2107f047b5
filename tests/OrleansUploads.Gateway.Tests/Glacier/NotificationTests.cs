using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

public sealed class NotificationTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private const string Both =
        """{"Events":["ArchiveRetrievalCompleted","InventoryRetrievalCompleted"],"SNSTopic":"arn:aws:sns:us-east-1:1:ready"}""";

    [Fact]
    public async Task A_configuration_is_returned_until_it_is_replaced_or_deleted_and_deleting_it_again_succeeds()
    {
        var vault = await gateway.NewVaultAsync();
        (await gateway.SendAsync(SetNotifications(vault, Both))).Expect(204);
        var shown = (await gateway.SendAsync(GetNotifications(vault))).Expect(200);
        Assert.Equal("application/json", shown.Header("Content-Type"));
        Assert.Equal(Both, shown.Text);

        const string Repeated = """{"SNSTopic":"arn:x","Events":["ArchiveRetrievalCompleted","ArchiveRetrievalCompleted"],"More":1}""";
        (await gateway.SendAsync(SetNotifications(vault, Repeated))).Expect(204);
        Assert.Equal(
            """{"Events":["ArchiveRetrievalCompleted"],"SNSTopic":"arn:x"}""",
            (await gateway.SendAsync(GetNotifications(vault))).Expect(200).Text);

        (await gateway.SendAsync(DeleteNotifications(vault))).Expect(204);
        (await gateway.SendAsync(DeleteNotifications(vault))).Expect(204);
        (await gateway.SendAsync(GetNotifications(vault))).ExpectNotFound("No notification configuration is set");
    }
}
