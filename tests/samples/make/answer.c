#include <stdio.h>

int main(void)
{
    int answer = 6 * 7;
    printf("the answer is %d\n", answer);
    return answer == 42 ? 0 : 1;
}
