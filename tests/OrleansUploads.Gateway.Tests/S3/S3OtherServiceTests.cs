using System.Xml.Linq;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Tests.S3;

public sealed class S3OtherServiceTests(S3Server s3) : IClassFixture<S3Server>
{
    [Fact]
    public async Task A_request_for_another_service_gets_an_error_that_its_client_can_read()
    {
        var sts = new SigningRules { Service = "sts", Path = PathRule.EncodeAsSent, SignedWhenPresent = [] };
        var request = new ApiRequest("POST", "/").WithBody("Action=GetCallerIdentity&Version=2011-06-15"u8.ToArray())
            .With("x-amz-glacier-version", null).With("x-amz-content-sha256", null);
        var answer = (await s3.Server.SendAsync(request, S3Server.Owner with { Rules = sts })).Expect(400);
        var error = XDocument.Parse(answer.Text).Root!;
        Assert.Equal("ErrorResponse", error.Name.LocalName);
        Assert.Equal("AuthorizationHeaderMalformed", error.Element("Error")!.Element("Code")!.Value);
        Assert.Contains("'s3'", error.Element("Error")!.Element("Message")!.Value, StringComparison.Ordinal);
    }
}
