namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>A request whose outcome violates a check, with everything needed to replay it.</summary>
internal sealed class FuzzFailure(FuzzPlan plan, int number, string flaw, byte[] request, string answer, byte[] previous)
    : Exception(
        $"""
        {flaw}
        seed {plan.Seed}, request {number}. To replay: ORLEANSUPLOADS_FUZZ_SEED={plan.Seed} ORLEANSUPLOADS_FUZZ_REQUESTS={number}
        --- request ({request.Length} bytes; \xNN is one byte)
        {Cut(WireText.Show(request))}
        --- answer
        {Cut(answer)}
        --- the previous request
        {Cut(WireText.Show(previous))}
        """)
{
    private const int MaxChars = 3000;

    private static string Cut(string text) =>
        text.Length <= MaxChars ? text : $"{text[..MaxChars]}... and {text.Length - MaxChars} more characters";
}
