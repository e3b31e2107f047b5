namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>A request that broke a promise, with all that is needed to send it again.</summary>
internal sealed class FuzzFailure(FuzzPlan plan, int number, string what, byte[] request, string answer, byte[] before)
    : Exception(
        $"""
        {what}
        seed {plan.Seed}, request {number}. To replay it: ORLEANSUPLOADS_FUZZ_SEED={plan.Seed} ORLEANSUPLOADS_FUZZ_REQUESTS={number}
        --- request ({request.Length} bytes, \xNN is a byte)
        {Cut(WireText.Show(request))}
        --- answer
        {Cut(answer)}
        --- the request before it
        {Cut(WireText.Show(before))}
        """)
{
    private const int MostChars = 3000;

    private static string Cut(string text) =>
        text.Length <= MostChars ? text : $"{text[..MostChars]}... and {text.Length - MostChars} more";
}
