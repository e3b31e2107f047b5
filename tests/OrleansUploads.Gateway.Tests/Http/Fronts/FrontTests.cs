using Microsoft.Extensions.DependencyInjection;
using OrleansUploads.Gateway.Http.Credentials;
using OrleansUploads.Gateway.Http.Fronts;
using OrleansUploads.Signing;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Http.Fronts;

/// <summary>Several protocols at one address.</summary>
public sealed class FrontTests : ServerFixture
{
    private static readonly Signer FakeSigner = new() { Rules = new FakeFront().Signing };

    protected override void Configure(IServiceCollection services) => services.AddSingleton<IFront, FakeFront>();

    [Fact]
    public async Task A_request_goes_to_the_front_of_its_credential_scope()
    {
        var request = new ApiRequest("POST", "/-/vaults/v").WithBody(Encoding.UTF8.GetBytes("hello"));
        var answer = (await SendAsync(request, FakeSigner)).Expect(200);
        Assert.Equal("111122223333 sent hello", answer.Text);
        Assert.Equal(RequestId.Chars, answer.Header("x-fake-request-id")!.Length);
        Assert.Null(answer.Header("x-amzn-RequestId"));
        Assert.Contains("Fake account 111122223333 status 200", await Server.Log.WaitForAsync("Fake"), StringComparison.Ordinal);

        (await SendAsync(CreateVault("v"))).Expect(201);
    }

    [Theory]
    [InlineData("/fake/thing", 418)]
    [InlineData("/-/vaults/v", 400)]
    [InlineData("/neither", 400)]
    public async Task An_unsigned_request_goes_to_the_front_that_claims_its_path_or_else_to_the_first(string path, int status)
    {
        var answer = (await Server.SendAsync(new ApiRequest("GET", path), [])).Expect(status);
        Assert.Equal(status == 418, answer.Header("x-fake-request-id") is not null);
    }

    [Fact]
    public async Task A_service_without_a_front_is_refused_by_the_front_that_claims_the_path()
    {
        var signer = new Signer { Rules = OrleansUploads.Signing.SigningRules.S3 };
        (await SendAsync(ListVaults(), signer)).ExpectWrongSignature("It must be 'glacier'");
    }

    [Fact]
    public async Task Each_front_defines_which_headers_must_be_signed()
    {
        var request = new ApiRequest("GET", "/fake").With("x-fake-thing", "1");
        (await SendAsync(request, FakeSigner)).Expect(200);
        (await SendAsync(request, FakeSigner with { UnsignedHeader = "x-fake-thing" })).Expect(418);
        (await SendAsync(request, FakeSigner with { UnsignedHeader = "x-amz-glacier-version" })).Expect(200);
        var glacierSigning = Front("glacier").Signing;
        Assert.Equal(["x-amz-", "x-orleans-uploads-"], glacierSigning.SignedPrefixes);
        Assert.Equal(["content-range"], glacierSigning.SignedWhenPresent);
    }

    [Fact]
    public async Task Errors_from_shared_code_are_described_by_the_front()
    {
        var unsigned = await Server.SendAsync(new ApiRequest("GET", "/fake"), []);
        Assert.Equal((418, "FakeSignatureRejected"), (unsigned.Status, unsigned.Text));

        var faulty = new ApiRequest("GET", "/fake").With(PayloadModes.Header, new string('0', 64));
        var fault = await SendAsync(faulty, FakeSigner);
        Assert.Equal((418, "FakeInternalFailure"), (fault.Status, fault.Text));
    }

    [Fact]
    public void Each_registered_front_describes_each_error_from_shared_code()
    {
        foreach (var service in (string[])["glacier", FakeFront.Service])
        {
            Assert.Equal([], FindUndescribed(Front(service)));
        }
    }

    [Fact]
    public void An_error_that_a_front_does_not_describe_is_found()
    {
        var incomplete = new FakeFront { Undescribed = typeof(HttpError.StorageFull) };
        Assert.Equal(["StorageFull"], FindUndescribed(incomplete));
    }

    [Fact]
    public void Two_fronts_for_one_service_are_refused()
    {
        var refused = Assert.Throws<InvalidOperationException>(() => Table(new FakeFront(), new FakeFront()));
        Assert.Equal("Two fronts are registered for the service 'fake'.", refused.Message);
        Assert.Throws<InvalidOperationException>(() => Table());
    }

    /// <summary>The errors for which a front has no status, code or message.</summary>
    private static List<string> FindUndescribed(IFront front)
    {
        var undescribed = new List<string>();
        foreach (var (name, error) in HttpErrorSamples.All())
        {
            try
            {
                var described = front.Describe(error);
                if (described is not { Status: >= 400 and <= 599, Code.Length: > 0, Message.Length: > 0 }
                    || described.Message.Contains('{', StringComparison.Ordinal))
                {
                    undescribed.Add(name);
                }
            }
            catch (Exception fault) when (fault is not OutOfMemoryException)
            {
                undescribed.Add(name);
            }
        }

        return undescribed;
    }

    private static FrontTable Table(params IFront[] fronts) => new(
        fronts, new GatewayOptions(), new MemoryCredentialStore([]), TimeProvider.System);

    private IFront Front(string service) => Server.Services.GetServices<IFront>().Single(front => front.Signing.Service == service);
}
