using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace OrleansUploads.Gateway.Tests.Http;

/// <summary>The headers in the query of a presigned URL.</summary>
public sealed class QueryHeadersTests
{
    [Fact]
    public void The_first_value_counts_and_another_one_is_a_conflict()
    {
        var headers = Read("x-amz-a=1&X-Amz-A=2&if-match=m");

        Assert.Equal(("1", "m", null), (headers.Find("X-AMZ-a"), headers.Find("If-Match"), headers.Find("x-amz-b")));
        Assert.Equal(("X-Amz-A", "1"), headers.FindConflict(new HeaderDictionary()));
        Assert.Equal(("if-match", "n"), Read("if-match=m").FindConflict(new HeaderDictionary { ["If-Match"] = "n" }));
        Assert.Null(Read("if-match=m").FindConflict(new HeaderDictionary { ["If-Match"] = " m" }));
    }

    /// <remarks>They are looked for before the signature is verified. If each was compared with all others, these would take minutes.</remarks>
    [Fact, Trait(TestRun.Name, TestRun.Timing)]
    public void Many_headers_cost_no_more_than_their_number()
    {
        var headers = Read(string.Join('&', Enumerable.Range(0, 200_000).Select(static number => $"x-amz-{number}")));
        var begun = Stopwatch.StartNew();

        Assert.Null(headers.FindConflict(new HeaderDictionary()));
        Assert.InRange(begun.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    private static QueryHeaders Read(string query) => QueryHeaders.Read(QueryParameters.Parse(query), isVersion2: false);
}
