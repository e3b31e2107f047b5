using System.Reflection;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Gateway.Tests.Http.Fronts;

namespace OrleansUploads.Gateway.Tests.S3;

public sealed class S3HttpErrorsTests
{
    [Fact]
    public void Each_error_from_shared_code_has_a_code_and_a_message()
    {
        foreach (var (name, error) in HttpErrorSamples.All())
        {
            var described = S3HttpErrors.Describe(error);
            Assert.True(described is { Code.Length: > 0, Message.Length: > 0, Status: >= 400 and <= 599 }, name);
        }
    }

    [Fact]
    public void Every_refusal_about_objects_has_a_status_a_code_and_a_message()
    {
        Assert.All(RefusalMessages.OfObjects, static refusal => Assert.InRange(Describe(refusal).Status, 400, 599));
        Assert.Empty(RefusalMessages.Faults(
            RefusalMessages.OfObjects, static refusal => (Describe(refusal).Code, Describe(refusal).Message)));

        static S3Error Describe(Refusal refusal) => S3Refusals.Describe(refusal, new S3Address("b", "k"), "u");
    }

    [Fact]
    public void Each_code_is_named_after_its_property()
    {
        var codes = typeof(S3ErrorCode).GetProperties(BindingFlags.Public | BindingFlags.Static);
        Assert.NotEmpty(codes);
        foreach (var property in codes)
        {
            Assert.Equal(property.Name, ((S3ErrorCode)property.GetValue(null)!).Name);
        }
    }
}
