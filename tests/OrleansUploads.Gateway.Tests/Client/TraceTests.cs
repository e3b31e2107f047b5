using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using OrleansUploads.Client;

namespace OrleansUploads.Gateway.Tests.Client;

/// <summary>The activities of the client.</summary>
public class TraceTests
{
    [Fact]
    public async Task An_operation_on_a_setting_is_traced_under_its_name()
    {
        var stopped = new ConcurrentBag<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == GlacierClient.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = stopped.Add,
        };
        ActivitySource.AddActivityListener(listener);
        using var test = new Activity("test").Start();
        using var client = new ScriptedServer()
            .Answers(HttpStatusCode.OK, """{"Tags":{}}""")
            .Answers(HttpStatusCode.NoContent)
            .Connect();

        await client.ListTagsAsync("v");
        await client.DeleteAccessPolicyAsync("v");

        Assert.Equal(
            ["DeleteAccessPolicy", "ListTags"],
            stopped.Where(activity => activity.TraceId == test.TraceId).Select(activity => activity.DisplayName).Order(StringComparer.Ordinal));
    }
}
